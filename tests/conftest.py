from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from al_core import demo, workflow
from al_core.store import Dataset, Workspace

FILENAMES = ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the demo; tests copy it, since building it takes seconds."""
    home = tmp_path_factory.mktemp("demo")
    with Workspace(home) as built:
        demo.build(built)
    (home / "demo" / "offered").touch()
    return home


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    """Six samples on a line at 0, 1, 2, 3, 10 and 11, as angles so that normalisation keeps their order."""
    angles = np.deg2rad([0, 1, 2, 3, 10, 11])
    embeddings = np.column_stack([np.cos(angles), np.sin(angles)])
    return workflow.create_dataset(workspace, "line", FILENAMES, embeddings)
