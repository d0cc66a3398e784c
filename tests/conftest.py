import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateSchema, DropSchema

from al_core import workflow
from al_core.demos import digits as digits_demo
from al_core.store import Dataset, Workspace
from tests.buckets import new_bucket, running_s3, use_endpoint

if TYPE_CHECKING:
    from tests.cluster.processes import DaskProcesses

# How long an example takes, or is drawn, says how busy the machine is.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same cases in every run, so that a failure belongs to the change that is tested; `make fuzz` draws new ones.
settings.register_profile("suite", unhurried, derandomize=True)
settings.register_profile("search", unhurried, max_examples=1000, derandomize=False)
settings.load_profile("suite")

FILENAMES = ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"]
UNMEASURED = (
    "e2e",
    "pages",
    "ui",
    "compat",
    "formats/test_fuzz.py",
    "geometry/test_descent.py",
    "notebook/test_example.py",
    "test_docs_site.py",
    "test_growth.py",
    "test_installation.py",
    "test_three_rounds.py",
    "test_tutorial.py",
)
"""Folders and files of tests whose time goes mostly into Streamlit, numba or other code than `al_core`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of `UNMEASURED`.

    Tracing nearly doubles what they cost, and what they run of `al_core` its own tests run too. They are a run of their
    own, since pytest-cov's `no_cover` would also end the tracing of threads that outlive a test, such as those of
    servers that tests share.
    """
    places = [Path(__file__).parent / name for name in UNMEASURED]
    for item in items:
        if any(item.path.is_relative_to(place) for place in places):
            item.add_marker("unmeasured")


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With `AL_CORE_TEST_DATABASE_URL`, each test has its own schema in that PostgreSQL database."""
    url = os.environ.get("AL_CORE_TEST_DATABASE_URL")
    if url is None:
        yield
        return
    engine = create_engine(url)
    schema = f"test_{secrets.token_hex(4)}"
    with engine.begin() as connection:
        connection.execute(CreateSchema(schema))
    monkeypatch.setenv("AL_CORE_DATABASE_URL", f"{url}&options=-csearch_path%3D{schema}")
    yield
    with engine.begin() as connection:
        connection.execute(DropSchema(schema, cascade=True))
    engine.dispose()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server that these tests alone use."""
    with running_s3() as endpoint:
        yield endpoint


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the demo; tests copy it, since building it takes seconds."""
    home = tmp_path_factory.mktemp("demo")
    with Workspace(home) as built:
        # The tests make rounds of their own.
        digits_demo.build(built, n_rounds=0)
    (home / "demo" / "offered").touch()
    return home


@pytest.fixture
def workspace_in_a_bucket(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose arrays are in a bucket of its own."""
    use_endpoint(monkeypatch, s3)
    monkeypatch.setenv("AL_CORE_ARRAYS", f"s3://{new_bucket(s3)}/arrays")
    with Workspace(tmp_path / "workspace in a bucket") as opened:
        yield opened


@pytest.fixture(scope="session")
def dask_processes() -> "Iterator[DaskProcesses]":
    """A LocalCluster of two workers, each a process with one thread, in a process of its own."""
    # Dask takes a while to import, and few tests need it.
    from tests.cluster.processes import DaskProcesses

    with DaskProcesses.started(2) as processes:
        yield processes


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    """Six samples on a line at 0, 1, 2, 3, 10 and 11, as angles so that normalization keeps their order."""
    angles = np.deg2rad([0, 1, 2, 3, 10, 11])
    embeddings = np.column_stack([np.cos(angles), np.sin(angles)])
    return workflow.create_dataset(workspace, "line", FILENAMES, embeddings)
