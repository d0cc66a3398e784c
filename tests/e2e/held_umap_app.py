"""The dashboard without its door, whose UMAP takes until a file of that name lies in the workspace."""

import os
import time
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from starlette.routing import Mount

from al_core import workflow
from al_core.projection.project import Method
from al_core.store import Dataset
from al_core.types import Progress
from ui import jobs, visitor
from ui.changes import WATCHES
from ui.changes.routes import changes_app
from ui.embedding_map.routes import map_app
from ui.progress.routes import progress_app

ROOT = Path(__file__).resolve().parents[2]
MAY_END = "umap-may-end"
project = workflow.project


def held(
    dataset: Dataset,
    embedding_name: str,
    method: Method,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> NDArray[np.float32]:
    while method == "UMAP" and not (Path(os.environ["AL_CORE_HOME"]) / MAY_END).exists():
        time.sleep(0.05)
    return project(dataset, embedding_name, method, seed=seed, progress=progress, cluster=cluster)


workflow.project = held
visitor.door_header = lambda: '{"is_here": true}'
app = st.App(
    ROOT / "ui" / "navigation.py",
    routes=[
        Mount("/map", map_app()),
        Mount("/jobs", progress_app(jobs.find)),
        Mount("/changes", changes_app(WATCHES.find)),
    ],
)
