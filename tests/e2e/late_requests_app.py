"""A server on which every request for a fragment is handled late: once the run that it came during has ended.

So it can go on a busy machine. The session then starts another run, and what the earlier one drew is discarded.
"""

from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from streamlit.runtime.app_session import AppSession

from tests.patience import PATIENCE
from ui import jobs
from ui.progress.routes import progress_app

has_fragment = AppSession.has_fragment


def late(session: AppSession, fragment_id: str) -> bool:
    is_there = has_fragment(session, fragment_id)
    runner = session._scriptrunner
    if runner and runner._script_thread:
        runner._script_thread.join(PATIENCE)
    return is_there


AppSession.has_fragment = late  # type: ignore[method-assign, assignment]

app = st.App(Path(__file__).with_name("job_page.py"), routes=[Mount("/jobs", progress_app(jobs.find))])
