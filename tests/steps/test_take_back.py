import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import NotAllowedError
from al_core.steps.reserve import read_reserve
from al_core.steps.take_back import take_back_selection
from al_core.store import LocalDataset, Tag, Workspace


@pytest.fixture
def line(workspace: Workspace) -> LocalDataset:
    """60 samples with an embedding."""
    embeddings = np.random.default_rng(1).normal(size=(60, 3))
    workflow.create_dataset(workspace, "sixty", [f"{row}.png" for row in range(60)], embeddings)
    return workspace.dataset("sixty")


def select(dataset: LocalDataset, name: str, n_samples: int, *, after: Tag | None = None) -> Tag:
    config = SelectionConfig("RANDOM", n_samples, name=name, seed=1, test_share=0.2)
    return workflow.run_selection(dataset, config, labeled_tag=after).tag


def names(dataset: LocalDataset) -> set[str]:
    return {tag.name for tag in dataset.tags()}


def test_what_a_selection_set_aside_for_testing_goes_with_it(line: LocalDataset) -> None:
    tag = select(line, "first", 10)
    assert names(line) == {"initial-tag", "first", "first test", "population"}
    take_back_selection(line, tag)
    assert names(line) == {"initial-tag"}
    assert read_reserve(line) is None


def test_the_same_selection_can_be_run_again(line: LocalDataset) -> None:
    tag = select(line, "first", 10)
    take_back_selection(line, tag)
    again = select(line, "first", 10)
    assert again.rows.tolist() == tag.rows.tolist()


def test_what_an_earlier_selection_set_aside_stays(line: LocalDataset) -> None:
    first = select(line, "first", 10)
    take_back_selection(line, select(line, "second", 20, after=first))
    assert names(line) == {"initial-tag", "first", "first test", "population"}
    assert read_reserve(line) is not None


def test_a_reserve_that_another_selection_keeps_away_from_stays(line: LocalDataset) -> None:
    first = select(line, "first", 10)
    select(line, "elsewhere", 10)
    take_back_selection(line, first)
    assert names(line) == {"initial-tag", "elsewhere", "elsewhere test", "population"}
    assert read_reserve(line) is not None


def test_a_selection_that_another_one_goes_on_from_stays_with_all_of_it(line: LocalDataset) -> None:
    first = select(line, "first", 10)
    select(line, "second", 20, after=first)
    before = names(line)
    with pytest.raises(NotAllowedError, match="tag 'first' has children: delete second first"):
        take_back_selection(line, first)
    assert names(line) == before


def test_a_renamed_selection_is_taken_back_by_its_id(line: LocalDataset) -> None:
    tag = select(line, "first", 10)
    line.rename_tag(tag, "the first")
    take_back_selection(line, tag)
    assert names(line) == {"initial-tag"}
