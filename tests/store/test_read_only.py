"""The view of a workspace that people who only look are handed: nothing that comes from it changes anything."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import NotAllowedError
from al_core.steps.round_plan import RoundPlan
from al_core.steps.tags import combine_tags, tag_duplicates, tag_filenames
from al_core.store import Dataset, LocalDataset, TagRole, Workspace
from al_core.store.engines import read_only

Change = Callable[[Workspace, LocalDataset], object]
PIXEL = np.zeros((6, 1), np.float32)

CHANGES: dict[str, Change] = {
    "create a dataset": lambda workspace, _: workspace.create_dataset("new", ["a.png"]),
    "delete a dataset": lambda workspace, dataset: workspace.delete_dataset(dataset.id),
    "embed a folder": lambda workspace, _: workflow.dataset_from_images(workspace, workspace.home, "new"),
    "create a token": lambda workspace, _: workspace.tokens.create("mine"),
    "revoke a token": lambda workspace, _: workspace.tokens.revoke("ci"),
    "rename": lambda _, dataset: dataset.rename("other"),
    "choose a folder": lambda workspace, dataset: dataset.set_images_dir(workspace.home),
    "add a sample": lambda _, dataset: dataset.samples.add("g.png", {}),
    "store an embedding": lambda _, dataset: workflow.add_embeddings(dataset, dataset.filenames(), np.eye(6), name="b"),
    "store scores": lambda _, dataset: workflow.store_scores(dataset, np.arange(6), {"s": np.zeros(6)}),
    "delete an array": lambda _, dataset: dataset.arrays.delete("embedding", "default"),
    "create a tag": lambda _, dataset: dataset.create_tag("new", np.array([0])),
    "rename a tag": lambda _, dataset: dataset.rename_tag(dataset.tag("some"), "other"),
    "mark a tag": lambda _, dataset: dataset.set_tag_role(dataset.tag("some"), TagRole.LABELED),
    "send a selection": lambda _, dataset: workflow.mark_sent(dataset, dataset.tag("some")),
    "release a selection": lambda _, dataset: workflow.release(dataset, dataset.tag("some")),
    "set prices": lambda _, dataset: workflow.save_round_plan(dataset, RoundPlan(price_per_image=1)),
    "select test samples": lambda _, dataset: workflow.select_tests(dataset, 1, "tests"),
    "delete a tag": lambda _, dataset: dataset.delete_tag(dataset.tag("some")),
    "combine tags": lambda _, dataset: combine_tags(
        dataset, dataset.tag("some"), dataset.tag("initial-tag"), "union", "both"
    ),
    "find duplicates": lambda _, dataset: tag_duplicates(dataset, threshold=0.5, name="copies"),
    "import a list": lambda _, dataset: tag_filenames(
        dataset, ["a.png"], "listed", source="list.txt", role=TagRole.LABELED
    ),
    "select": lambda _, dataset: workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="picked")),
    "select from a graph": lambda _, dataset: workflow.run_selection(
        dataset, SelectionConfig("CORESET", 2, name="spread")
    ),
}


@pytest.fixture
def filled(workspace: Workspace, dataset: Dataset) -> Workspace:
    workspace.tokens.create("ci")
    dataset.create_tag("some", np.array([0, 1]))
    return workspace


def contents(workspace: Workspace) -> dict[str, bytes]:
    """Every file below the home, but those in which SQLite keeps what it has not yet moved."""
    return {
        str(path): path.read_bytes()
        for path in Path(workspace.home).rglob("*")
        if path.is_file() and "catalog.sqlite" not in path.name
    }


def records(workspace: Workspace) -> list[str]:
    return [
        *(f"{dataset.name} {dataset.images_dir} {dataset.n_pending}" for dataset in workspace.datasets()),
        *(f"{tag.name} {tag.role}" for dataset in workspace.datasets() for tag in dataset.tags()),
        *(stored.id for dataset in workspace.datasets() for stored in dataset.arrays.every()),
        *(token.name for token in workspace.tokens.all()),
    ]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_refused_and_leaves_no_trace(filled: Workspace, change: Change) -> None:
    files, before = contents(filled), records(filled)
    view = filled.read_only()
    with pytest.raises(NotAllowedError, match="You are signed in read-only"):
        change(view, view.dataset("line"))
    assert contents(filled) == files
    assert records(filled) == before


def test_everything_can_be_read(filled: Workspace) -> None:
    view = filled.read_only()
    assert records(view) == records(filled)
    dataset = view.dataset("line")
    assert dataset.is_read_only
    assert workflow.project(dataset, "default", "PCA").shape == (6, 2)
    assert workflow.export_tag(dataset, dataset.tag("some"), "txt") == b"a.png\nb.png\n"
    assert records(view) == records(filled)


def test_the_workspace_itself_stays_writable(filled: Workspace) -> None:
    filled.read_only()
    filled.dataset("line").create_tag("new", np.array([0]))
    assert not filled.dataset("line").is_read_only


def test_no_statement_that_changes_something_gets_past(filled: Workspace) -> None:
    engine = read_only(filled._engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    for statement in (
        "DELETE FROM tags",
        "update tags set name = 'x'",
        "DROP TABLE tags",
        " insert into tags select 1",
    ):
        with engine.connect() as connection, pytest.raises(NotAllowedError):
            connection.execute(text(statement))
