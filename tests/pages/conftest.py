import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.api.server.door.visitor import Visitor
from al_core.demos import digits as digits_demo
from al_core.steps.scores import ScoreOrigin
from al_core.store import Dataset, Kind, Workspace
from tests.patience import PATIENCE
from ui import selection_jobs

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str], AppTest]


def unescaped(markdown: str) -> str:
    """What a person reads of a text whose names are escaped."""
    return markdown.replace("\\", "")


def table_of(app: AppTest, name: str) -> dict[str, list[Any]]:
    """The cells of a table of rows by the titles of its columns; empty if the page has no table of that name."""
    contents = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "row_table"
    ]
    table: dict[str, Any] = next((content for content in contents if content["name"] == name), {"columns": []})
    titles = [column["title"] for column in table["columns"]]
    return {title: [line["cells"][place] for line in table["lines"]] for place, title in enumerate(titles)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path))
    # The workspaces of tests are copies with the same ids.
    st.cache_resource.clear()
    st.cache_data.clear()
    # Another test may have imported the app, whose workspace is another one.
    monkeypatch.setattr(selection_jobs, "_shared", selection_jobs._Shared())
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def home_without_demo(home: Path) -> Path:
    """The home of the pages, to which the first of them would add the demo."""
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    return home


@pytest.fixture
def workspace(home_without_demo: Path) -> Iterator[Workspace]:
    """The workspace that the pages open, without the demo, as another process has it."""
    with Workspace(home_without_demo) as workspace:
        yield workspace


@pytest.fixture
def digits(home: Path, demo_home: Path) -> Iterator[Dataset]:
    """The demo in the workspace that the pages open."""
    shutil.copytree(demo_home, home, dirs_exist_ok=True)
    with Workspace(home) as workspace:
        yield workspace.dataset(digits_demo.NAME)


@pytest.fixture
def line(workspace: Workspace) -> Dataset:
    """A dataset of 40 images, alone in the workspace that the pages open."""
    embeddings = np.random.default_rng(1).normal(size=(40, 4))
    dataset = workflow.create_dataset(workspace, "line", [f"{row}.png" for row in range(40)], embeddings)
    dataset.create_tag("some", np.arange(5))
    return dataset


@pytest.fixture
def pairs(workspace: Workspace) -> Dataset:
    """Four samples in two groups on the map, with predictions for three of them."""
    points = np.array([[0, 0], [1, 0], [10, 10], [11, 10]], np.float32)
    dataset = workflow.create_dataset(workspace, "pairs", ["a.png", "b.png", "c.png", "d.png"], points)
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [np.nan, np.nan]], np.float32)
    attributes = {"task": "classification", "class_names": ["cat", "dog"], "source": "test"}
    dataset.arrays.save(Kind.PREDICTION, {"model": probabilities}, attributes)
    workflow.store_scores(
        dataset, np.arange(3), {"uncertainty_margin": [0.2, 0.8, 0.4]}, origin=ScoreOrigin(prediction="model")
    )
    dataset.arrays.save(Kind.METADATA, {"width": np.array([64, 64, 32, 32])})
    dataset.create_tag("checked", np.array([0, 3]))
    return dataset


@pytest.fixture
def open_page(home: Path) -> Open:
    """`open_page("tags")` runs the page of that name and fails on any exception."""

    def run(name: str) -> AppTest:
        # Not by way of the first page, Explore, which would begin to calculate a map.
        app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
        return app.switch_page(f"../pages/{name}.py").run()

    return run


@pytest.fixture(autouse=True)
def _no_exception_on_any_page(monkeypatch: pytest.MonkeyPatch) -> None:
    run = AppTest.run

    def run_and_check(self: AppTest, *args: object, **kwargs: object) -> AppTest:
        app = run(self, *args, **kwargs)  # type: ignore[arg-type]
        assert not app.exception, [exception.value for exception in app.exception]
        return app

    monkeypatch.setattr(AppTest, "run", run_and_check)


@pytest.fixture
def visitor() -> Visitor:
    """Who opens the pages; a test that overrides it lets another one in."""
    return Visitor(is_here=True)


@pytest.fixture(autouse=True)
def _let_in(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    # AppTest has no WebSocket, whose handshake the door would write this into.
    monkeypatch.setattr("ui.visitor.door_header", lambda: json.dumps(asdict(visitor)))
