"""Names that the doctests of `al_core` use."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _doctest_names(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if not isinstance(request.node, pytest.DoctestItem):
        return
    from al_core import LocalClient

    names = request.getfixturevalue("doctest_namespace")
    client = LocalClient(tmp_path)
    client.create_dataset("doctest")
    client.add_embeddings(["a.png", "b.png", "c.png", "d.png"], np.eye(4))
    names.update(folder=tmp_path / "other", client=client, np=np)
