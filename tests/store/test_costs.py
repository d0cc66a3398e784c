"""What an operation costs does not grow with the tags, arrays and jobs that there are."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from al_core import workflow
from al_core.store import LocalDataset, TagOrigin, Workspace


@pytest.fixture
def on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose database says how it finds rows; on PostgreSQL that depends on how many there are."""
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "sqlite") as workspace:
        workflow.create_dataset(workspace, "line", ["a.png", "b.png", "c.png"], np.eye(3))
        yield workspace


def create_tag(dataset: LocalDataset) -> None:
    dataset.create_tag("tag", np.array([0]))


def create_child(dataset: LocalDataset) -> None:
    # Not by a selection, which asks every tag whether its samples were chosen before.
    parent = dataset.create_tag("parent", np.array([0]))
    origin = TagOrigin(parent=parent, labeled=parent, order=np.array([2]))
    dataset.create_tag("child", np.array([0, 2]), origin)


def rename_and_delete(dataset: LocalDataset) -> None:
    dataset.delete_tag(dataset.rename_tag(dataset.create_tag("tag", np.array([0])), "other"))


@pytest.mark.parametrize("operation", [create_tag, create_child, rename_and_delete])
def test_no_statement_looks_at_every_row_of_a_table_or_of_a_dataset(
    on_sqlite: Workspace, operation: Callable[[LocalDataset], None]
) -> None:
    dataset = on_sqlite.dataset("line")
    executed: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            executed.append((statement, parameters))

    event.listen(on_sqlite._engine, "before_cursor_execute", note)
    operation(dataset)
    event.remove(on_sqlite._engine, "before_cursor_execute", note)
    assert executed
    assert [statement for statement, parameters in executed if scans(on_sqlite, statement, parameters)] == []


def scans(workspace: Workspace, statement: str, parameters: Any) -> bool:
    """Whether a statement reads a table from its beginning to its end, or all rows of a dataset in it."""
    connection = sqlite3.connect(workspace.home / "catalog.sqlite")
    try:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    finally:
        connection.close()
    return any(step[3].startswith("SCAN") or step[3].endswith("(dataset_id=?)") for step in steps)
