import os
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from al_core.store import INITIAL_TAG, Kind, LocalDataset, TagOrigin, Workspace
from al_core.store.doctor import Finding
from al_core.store.engines import writing
from al_core.store.leftovers import LEFTOVER_AGE_SECONDS
from tests.store.contents import content_of, overwrite_content, remove_content
from tests.store.homes import catalog_engine


def mend(findings: list[Finding]) -> None:
    for finding in findings:
        assert finding.mend, finding
        finding.mend()


def make_old(path: Path) -> None:
    moment = path.stat().st_mtime - 2 * LEFTOVER_AGE_SECONDS
    os.utime(path, (moment, moment))


@pytest.mark.files_only
def test_a_file_that_nothing_names_is_moved_and_not_deleted(workspace: Workspace, dataset: LocalDataset) -> None:
    lost = [dataset._folder / "score" / "0.npy", workspace.home / "datasets" / ("0" * 24) / "filenames.arrow"]
    for path in lost:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"content")
        make_old(path)
    findings = list(workspace.doctor.examine())
    assert [(finding.kind, workspace.home / finding.name) for finding in findings] == [
        ("file", path) for path in sorted(lost)
    ]
    mend(findings)
    assert list(workspace.doctor.examine()) == []
    for path in lost:
        moved = workspace.home / "lost+found" / path.relative_to(workspace.home)
        assert (path.exists(), moved.read_bytes()) == (False, b"content")


@pytest.mark.files_only
def test_two_lost_files_of_one_name_are_both_there(workspace: Workspace, dataset: LocalDataset) -> None:
    path = dataset._folder / "score" / "0.npy"
    path.parent.mkdir()
    for content in (b"first", b"second"):
        path.write_bytes(content)
        make_old(path)
        mend(list(workspace.doctor.examine()))
    folder = workspace.home / "lost+found" / path.parent.relative_to(workspace.home)
    assert {file.read_bytes() for file in folder.iterdir()} == {b"first", b"second"}


@pytest.mark.files_only
def test_a_young_file_is_left_to_whoever_writes_it(workspace: Workspace, dataset: LocalDataset) -> None:
    (dataset._folder / "score").mkdir()
    (dataset._folder / "score" / "0.npy").touch()
    assert list(workspace.doctor.examine()) == []


def test_a_damaged_map_is_computed_again_and_a_damaged_score_is_not_touched(
    workspace: Workspace, dataset: LocalDataset
) -> None:
    [places] = dataset.arrays.save(Kind.PROJECTION, {"map": np.zeros((6, 2))})
    [score] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    for stored in (places, score):
        overwrite_content(dataset, stored, b"cut")
    by_kind = {finding.kind: finding for finding in workspace.doctor.examine()}
    assert by_kind["score"].mend is None
    assert by_kind["score"].sentence.endswith("; restore it from a backup, or delete it and store it again")
    mend([by_kind["projection"]])
    assert dataset.arrays.find(Kind.PROJECTION, "map") is None
    assert content_of(dataset, places) == b"cut"
    assert [finding.kind for finding in workspace.doctor.examine()] == ["score"]


def test_a_changed_byte_is_noticed_unless_digests_are_left_out(workspace: Workspace, dataset: LocalDataset) -> None:
    [score] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    overwrite_content(dataset, score, (content_of(dataset, score) or b"")[:-1] + b"\1")
    assert [finding.name for finding in workspace.doctor.examine()] == ["mine"]
    assert list(workspace.doctor.examine(with_digests=False)) == []


def test_the_order_of_a_tag_that_is_gone_leaves_a_tombstone(workspace: Workspace, dataset: LocalDataset) -> None:
    [order] = dataset.arrays.save(Kind.SELECTION, {"0" * 24: np.array([0])})
    mend(list(workspace.doctor.examine()))
    assert list(workspace.doctor.examine()) == []
    assert content_of(dataset, order)


def test_a_tag_without_a_parent_is_hung_below_the_root(workspace: Workspace, dataset: LocalDataset) -> None:
    parent = dataset.create_tag("parent", np.array([0]))
    dataset.create_tag("child", np.array([1]), TagOrigin(parent=parent))
    engine = catalog_engine(workspace.home)
    with engine.begin() as connection:
        # Past the foreign key, as versions before 0.2 did.
        connection.execute(text("UPDATE tags SET parent_id = NULL WHERE name = 'child'"))
    engine.dispose()
    [finding] = workspace.doctor.examine()
    assert finding.sentence == (f"tag 'child' of dataset {dataset.id} has no parent; it is hung below '{INITIAL_TAG}'")
    mend([finding])
    assert dataset.tag("child").parent_id == dataset.tag(INITIAL_TAG).id


def test_a_deleted_dataset_without_a_tombstone_can_be_restored(workspace: Workspace, dataset: LocalDataset) -> None:
    workspace.delete_dataset("line")
    with writing(dataset._engine) as connection:
        connection.execute(text("DELETE FROM tombstones"))
    mend(list(workspace.doctor.examine()))
    [tombstone] = workspace.tombstones.all()
    workspace.tombstones.restore(tombstone.id, name="line")
    assert workspace.dataset("line").n_samples == 6
    assert list(workspace.doctor.examine()) == []


def test_a_tombstone_whose_file_is_gone_is_reported(workspace: Workspace, dataset: LocalDataset) -> None:
    [score] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    dataset.arrays.delete(Kind.SCORE, "mine")
    remove_content(dataset, score)
    [finding] = workspace.doctor.examine()
    assert (finding.kind, finding.name, finding.mend) == ("tombstone", "mine", None)


def test_a_query_tag_that_was_deleted_is_a_note(workspace: Workspace, dataset: LocalDataset) -> None:
    query = dataset.create_tag("query", np.array([0, 1]))
    dataset.create_tag("picked", np.array([1]), TagOrigin(query=query))
    dataset.delete_tag(query)
    assert list(workspace.doctor.examine()) == []
    note = f"tag 'picked' of dataset {dataset.id} names a query tag that has been deleted since"
    assert workspace.doctor.notes() == [note]


@pytest.mark.sqlite
def test_a_damaged_page_of_the_catalog_is_reported_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path) as workspace:
        workspace.create_dataset("cats", [f"{row}.png" for row in range(10)])
        with writing(workspace._engine) as connection:
            # An index that holds not what its table does: what a damaged page looks like to SQLite.
            connection.execute(text("PRAGMA writable_schema = ON"))
            changed = (
                "UPDATE sqlite_master SET sql = replace(sql, '(parent_id)', '(size)') WHERE name = 'ix_tags_parent_id'"
            )
            connection.execute(text(changed))
    with Workspace(tmp_path) as workspace:
        findings = list(workspace.doctor.examine())
    assert {finding.kind for finding in findings} == {"catalog"}
    assert findings[0].problem.startswith("is damaged: ")
