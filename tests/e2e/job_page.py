"""A page with a job; it takes longer to draw than a browser waits between two questions about the job."""

import time
from threading import Event

import streamlit as st

from al_core.types import Progress
from ui import jobs, visitor

KEY = "job"
SECONDS_TO_DRAW = 1.0
visitor.door_header = lambda: '{"is_here": true}'


@st.cache_resource
def may_end() -> Event:
    return Event()


def work(progress: Progress) -> None:
    progress(1, 2)
    may_end().wait()


if st.button("Start"):
    jobs.start(KEY, "Working", work)
    st.rerun()
st.button("Let it end", on_click=may_end().set)
job = jobs.show(KEY, unit="steps")
time.sleep(SECONDS_TO_DRAW)
st.subheader("It has ended" if job else "It has not ended")
