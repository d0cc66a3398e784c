"""The dashboard without its door, whose UMAP takes until a file of that name lies in the workspace."""

import os
import time
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.routing import Mount

from al_core import workflow
from ui import jobs, visitor
from ui.embedding_map.routes import map_app
from ui.progress.routes import progress_app

ROOT = Path(__file__).resolve().parents[2]
MAY_END = "umap-may-end"
project = workflow.project


def held(dataset: Any, embedding: str, method: Any, **settings: Any) -> Any:
    while method == "UMAP" and not (Path(os.environ["AL_CORE_HOME"]) / MAY_END).exists():
        time.sleep(0.05)
    return project(dataset, embedding, method, **settings)


workflow.project = held
visitor.door_header = lambda: '{"is_here": true}'
app = st.App(ROOT / "ui" / "navigation.py", routes=[Mount("/map", map_app()), Mount("/jobs", progress_app(jobs.find))])
