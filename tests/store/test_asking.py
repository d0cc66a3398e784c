from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event

from al_core.store import Kind, LocalDataset, Workspace, asking_once


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[LocalDataset]:
    with Workspace(tmp_path) as workspace:
        yield workspace.create_dataset("cats", ["a.jpg", "b.jpg"])


@pytest.fixture
def asked(dataset: LocalDataset) -> list[str]:
    """The queries that the catalog has been asked since."""
    queries: list[str] = []
    event.listen(dataset._engine, "before_cursor_execute", lambda *arguments: queries.append(arguments[2]))
    return queries


def ask(dataset: LocalDataset) -> list[int]:
    return [
        len(dataset.tags()),
        len(dataset.models.all()),
        len(dataset.labels.all()),
        len(dataset.arrays.all(Kind.METADATA)),
        int(dataset.arrays.find(Kind.METADATA, "age") is not None),
    ]


def test_a_question_is_asked_once_while_a_page_is_drawn(dataset: LocalDataset, asked: list[str]) -> None:
    with asking_once():
        first = ask(dataset)
        n_asked = len(asked)
        with asking_once():
            assert ask(dataset) == first
        assert len(asked) == n_asked > 0
    ask(dataset)
    assert len(asked) > n_asked


def test_what_the_page_itself_changes_is_seen_at_once(dataset: LocalDataset) -> None:
    with asking_once():
        assert ask(dataset) == [1, 0, 0, 0, 0]
        dataset.create_tag("new", np.array([0]))
        dataset.arrays.save(Kind.METADATA, {"age": np.array([1.0, 2.0])})
        assert ask(dataset) == [2, 0, 0, 1, 1]


def test_what_another_process_changes_is_seen_by_the_next_page(dataset: LocalDataset, tmp_path: Path) -> None:
    with Workspace(tmp_path) as other:
        with asking_once():
            ask(dataset)
            other.dataset("cats").arrays.save(Kind.METADATA, {"age": np.array([1.0, 2.0])})
        with asking_once():
            assert ask(dataset) == [1, 0, 0, 1, 1]


def test_a_list_that_a_caller_changes_is_its_own(dataset: LocalDataset) -> None:
    with asking_once():
        dataset.tags().clear()
        assert len(dataset.tags()) == 1


def test_no_answer_in_memory_is_older_than_the_version(dataset: LocalDataset) -> None:
    before = dataset.version()
    # In a thread of its own, as what other processes change: this one's answers are not forgotten by it.
    with ThreadPoolExecutor(1) as elsewhere, asking_once():
        assert len(dataset.tags()) == 1
        elsewhere.submit(dataset.create_tag, "new", np.array([0])).result()
        assert len(dataset.tags()) == 1
        # What is worked out from the tags is remembered under it.
        version = dataset.version()
        assert version != before
        assert len(dataset.tags()) == 2
        elsewhere.submit(dataset.create_tag, "newer", np.array([1])).result()
        assert dataset.version() == version
    assert dataset.version() != version
