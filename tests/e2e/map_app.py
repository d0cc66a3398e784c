"""A server with nothing but the page of `map_page.py`."""

from pathlib import Path

import streamlit as st
from starlette.routing import Mount

from ui.embedding_map.routes import map_app

app = st.App(Path(__file__).with_name("map_page.py"), routes=[Mount("/map", map_app())])
