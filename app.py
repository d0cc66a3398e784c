"""The dashboard and, on the same port, images and the REST API: `streamlit run app.py`."""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

from al_core.api.server import create_api
from al_core.api.server.local_only import ALL_ADDRESSES, LocalOnly, check_address
from al_core.api.server.media import media_app
from al_core.exceptions import ALCoreError, NotAllowedError
from al_core.remote import find_open_dataset
from al_core.store import Dataset, Workspace
from ui.embedding_map.routes import map_app
from ui.messages import show_error as show_sentence


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
    check_address(st.get_option("server.address") or ALL_ADDRESSES, open_workspace)
except NotAllowedError as error:
    raise SystemExit(str(error)) from error

api = Mount("/v1", create_api(open_workspace))
app = st.App(
    Path(__file__).parent / "ui" / "navigation.py",
    routes=[
        Mount("/images", media_app(find_dataset)),
        Mount("/map", map_app()),
        api,
    ],
    middleware=[Middleware(LocalOnly, except_for=api)],
    on_script_error=show_error,
)
