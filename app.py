"""The dashboard and, on the same port, images and the REST API: `streamlit run app.py`."""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Match, Mount
from starlette.types import Scope

from al_core.api.server import closing, create_api
from al_core.api.server.door import ALL_ADDRESSES, Door, check_address, check_environment
from al_core.api.server.drop import drop_app
from al_core.api.server.media import media_app
from al_core.exceptions import ALCoreError, NotAllowedError
from al_core.remote import find_open_dataset
from al_core.store import Dataset, Workspace
from ui import selection_jobs
from ui.changes import WATCHES
from ui.changes.routes import changes_app
from ui.embedding_map.routes import map_app
from ui.entrance import entrance_routes
from ui.inline_scripts import script_hashes
from ui.messages import show_error as show_sentence
from ui.pages import FIRST, ICONS
from ui.progress.routes import progress_app
from ui.static_files import StaticFiles


def show_error(error: Exception) -> bool:
    """What a page shows for an error it did not expect; Streamlit has written the traceback to the terminal."""
    sentence = (
        str(error)
        if isinstance(error, ALCoreError)
        else f"This page failed with {type(error).__name__}. What was stored before is safe. "
        "The terminal that runs the dashboard says where it failed; please report that text."
    )
    show_sentence(sentence)
    return True


open_workspace = cache(Workspace)


def find_dataset(image_key: str) -> Dataset:
    """The dataset of this machine with that id, or one of a server that a page has open."""
    return find_open_dataset(image_key) or open_workspace().dataset(image_key)


# Only the message: Streamlit would print the traceback of any other error above it.
try:
    check_environment()
    check_address(st.get_option("server.address") or ALL_ADDRESSES, open_workspace)
except NotAllowedError as error:
    raise SystemExit(str(error)) from error

v1 = create_api(open_workspace)
api = Mount("/v1", v1)
selection_jobs.share(v1.state.context)


def is_of_api(scope: Scope) -> bool:
    """Whether the API answers a request."""
    return api.matches(scope)[0] is Match.FULL


app = st.App(
    Path(__file__).parent / "ui" / "navigation.py",
    routes=[
        Mount("/drop", drop_app(open_workspace, v1.state.context.settings)),
        Mount("/images", media_app(find_dataset)),
        Mount("/map", map_app()),
        Mount("/changes", changes_app(WATCHES.find)),
        Mount("/jobs", progress_app(selection_jobs.find)),
        api,
        *entrance_routes(list(ICONS), FIRST),
    ],
    middleware=[
        Middleware(Door, context=v1.state.context, is_of_api=is_of_api, inline_scripts=script_hashes()),
        Middleware(StaticFiles),
    ],
    lifespan=closing(v1.state.context),
    on_script_error=show_error,
)
