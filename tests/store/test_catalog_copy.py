import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateSchema, DropSchema

from al_core.exceptions import NotAllowedError
from al_core.store import LocalDataset, TagOrigin, Workspace
from al_core.store.backup import restore_backup


@pytest.fixture
def other_database(tmp_path: Path) -> Iterator[str]:
    """A second, empty database of the kind that the tests run on."""
    url = os.environ.get("AL_CORE_TEST_DATABASE_URL")
    if url is None:
        yield f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
        return
    engine, schema = create_engine(url), f"other_{os.urandom(4).hex()}"
    with engine.begin() as connection:
        connection.execute(CreateSchema(schema))
    yield f"{url}&options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(DropSchema(schema, cascade=True))
    engine.dispose()


def test_a_catalog_is_restored_into_the_database_that_is_named(
    workspace: Workspace,
    dataset: LocalDataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    other_database: str,
) -> None:
    dataset.create_tag("child", np.array([4]), TagOrigin(parent=dataset.create_tag("picked", np.array([1, 4]))))
    file = tmp_path / "backup.tar"
    workspace.back_up(file)
    assert restore_backup(file, tmp_path / "copy", other_database) == []
    monkeypatch.setenv("AL_CORE_DATABASE_URL", other_database)
    with Workspace(tmp_path / "copy") as copy:
        copied = copy.dataset("line")
        assert copied.tags() == dataset.tags()
        assert copied.arrays.every() == dataset.arrays.every()
        copied.create_tag("next", np.array([0]))
        assert list(copy.doctor.examine()) == []
    assert not (tmp_path / "copy" / "catalog.sqlite").exists()
    with pytest.raises(NotAllowedError, match="holds a catalog already; set AL_CORE_DATABASE_URL to an empty database"):
        restore_backup(file, tmp_path / "second", other_database)
    assert [path.name for path in (tmp_path / "second").iterdir()] in ([], ["catalog.lock"])
