import threading
from pathlib import Path

import pytest

from al_core.exceptions import NotFoundError
from al_core.store import LocalDataset, Workspace
from al_core.store.transactions import changing

STORE = Path(__file__).resolve().parents[2] / "al_core" / "store"


def test_a_writer_sees_what_the_one_before_it_stored(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    seen: list[int] = []
    is_waiting = threading.Event()

    def read() -> None:
        is_waiting.set()
        with changing(elsewhere._engine, elsewhere.id) as locked:
            seen.append(locked.dataset.n_pending)

    with changing(dataset._engine, dataset.id) as locked:
        waiting = threading.Thread(target=read)
        waiting.start()
        is_waiting.wait()
        locked.update(n_pending=3)
        assert seen == []
    waiting.join()
    assert seen == [3]


def test_a_writer_of_another_dataset_does_not_disturb(workspace: Workspace, dataset: LocalDataset) -> None:
    other = workspace.create_dataset("other", ["x.png"])
    dataset.set_attributes({"type": "Images"})
    assert workspace.dataset("other").revision == other.revision


def test_a_deleted_dataset_is_not_changed(workspace: Workspace, dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    workspace.delete_dataset("line")
    with pytest.raises(NotFoundError, match="has been deleted"):
        elsewhere.set_attributes({"type": "Images"})
    with pytest.raises(NotFoundError, match="has been deleted"):
        elsewhere.rename("row")


def test_a_transaction_that_fails_changes_nothing(workspace: Workspace, dataset: LocalDataset) -> None:
    def fail(attributes: object) -> dict[str, object]:
        raise ValueError("no")

    revision = workspace.dataset("line").revision
    with pytest.raises(ValueError, match="no"):
        dataset.change_attributes(fail)
    assert workspace.dataset("line").revision == revision


def test_the_store_begins_every_transaction_in_one_place() -> None:
    """`engine.begin()` elsewhere would read before it has the lock."""
    by_hand = [path.name for path in STORE.glob("*.py") if "_engine.begin(" in path.read_text(encoding="utf-8")]
    assert by_hand == []
