"""A pick is edited before it is exported."""

import numpy as np
import pytest

from al_core import workflow
from al_core.config import AtMost, Exclude, Folder, SelectionConfig
from al_core.exceptions import InvalidInputError, NotAllowedError
from al_core.formats import Predictions
from al_core.steps.edit_pick import Edit, edited_rows
from al_core.steps.selections import selection_of
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, Workspace
from tests.steps.shop import make_shop


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


@pytest.fixture
def pick(shop: Dataset) -> workflow.Selection:
    """The three most uncertain samples: 1, 5 and 3."""
    return workflow.run_selection(shop, SelectionConfig("ACTIVE_LEARNING", 3, name="mine", seed=1))


def test_the_next_best_takes_the_place_and_what_left_does_not_come_back(
    shop: Dataset, pick: workflow.Selection
) -> None:
    first, second, third = pick.added_rows.tolist()
    four = workflow.run_selection(shop, SelectionConfig("ACTIVE_LEARNING", 5, name="more", seed=1)).added_rows.tolist()
    once = workflow.next_best(shop, pick, [], second)
    assert once == Edit(second, four[3])
    twice = workflow.next_best(shop, pick, [once], four[3])
    assert twice == Edit(four[3], four[4])
    edited = workflow.edit_selection(shop, pick, [once, twice], name="mine-edited")
    assert edited.added_rows.tolist() == [first, four[4], third]


def test_an_edited_selection_says_what_was_changed_and_the_one_before_stays(
    shop: Dataset, pick: workflow.Selection
) -> None:
    first, *rest = pick.added_rows.tolist()
    edited = workflow.edit_selection(shop, pick, [Edit(first)], name="mine-edited")
    assert edited.added_rows.tolist() == rest
    assert edited.quality.n_added == 2
    [name] = shop.filenames(np.array([first]))
    assert edited.tag.provenance.filters == (f"without {name}",)
    assert f"# It was edited by hand afterwards: without {name}." in selection_code(shop, edited)
    assert selection_of(shop, shop.tag("mine")).added_rows.tolist() == [first, *rest]


def test_limits_hold_for_the_next_best(shop: Dataset) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 3, name="mine", seed=1, limits=[AtMost(2, per=Folder())])
    pick = workflow.run_selection(shop, config)
    row = next(row for row in pick.added_rows.tolist() if row % 2 == 0)
    replacement = workflow.next_best(shop, pick, [], row).replacement
    # The other folder has its two already.
    assert replacement is not None
    assert replacement % 2 == 0


def test_test_samples_stay(shop: Dataset) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 4, name="mine", seed=1, test_share=0.25)
    pick = workflow.run_selection(shop, config)
    [test] = pick.test_rows.tolist()
    with pytest.raises(InvalidInputError, match="drawn for testing"):
        workflow.edit_selection(shop, pick, [Edit(test)], name="mine-edited")
    with pytest.raises(InvalidInputError, match="drawn for testing"):
        workflow.next_best(shop, pick, [], test)


def test_what_is_not_there_cannot_be_edited(shop: Dataset, pick: workflow.Selection) -> None:
    with pytest.raises(InvalidInputError, match="not in the selection"):
        workflow.edit_selection(shop, pick, [Edit(0 if 0 not in pick.added_rows else 2)], name="mine-edited")
    with pytest.raises(InvalidInputError, match="change something"):
        workflow.edit_selection(shop, pick, [], name="mine-edited")
    everything = [Edit(row) for row in pick.added_rows.tolist()]
    with pytest.raises(InvalidInputError, match="at least one image"):
        workflow.edit_selection(shop, pick, everything, name="mine-edited")


def test_only_what_the_selection_could_have_picked_takes_a_place(shop: Dataset) -> None:
    labeled = shop.create_tag("done", np.array([0]))
    query = shop.create_tag("some", np.arange(7))
    config = SelectionConfig("ACTIVE_LEARNING", 3, name="mine", seed=1, limits=[Exclude(tag="hard")])
    pick = workflow.run_selection(shop, config, query_tag=query, labeled_tag=labeled)
    first, second = pick.added_rows.tolist()
    # Labeled, excluded, outside the query set, not there at all, and in the selection already.
    for replacement in (0, 3, 7, 8, -1, second):
        with pytest.raises(InvalidInputError, match=f"row {replacement} "):
            workflow.edit_selection(shop, pick, [Edit(first, replacement)], name="mine-edited")
    with pytest.raises(InvalidInputError, match="not in the selection"):
        workflow.next_best(shop, pick, [Edit(first), Edit(first)], second)


def test_what_labelers_have_is_not_edited(shop: Dataset, pick: workflow.Selection) -> None:
    workflow.mark_sent(shop, pick.tag)
    sent = selection_of(shop, shop.tag("mine"))
    edit = Edit(int(sent.added_rows[0]))
    with pytest.raises(NotAllowedError, match="release it"):
        workflow.edit_selection(shop, sent, [edit], name="mine-edited")


def test_a_pick_that_was_made_without_embeddings_is_edited_too(workspace: Workspace) -> None:
    names = ["a.png", "b.png", "c.png"]
    dataset = workspace.create_dataset("plain", names)
    cat = np.array([0.5, 0.6, 0.9], np.float32)
    predictions = Predictions(names, ["cat", "dog"], np.column_stack([cat, 1 - cat]))
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions))
    pick = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 2, name="mine", seed=1))
    swapped = workflow.next_best(dataset, pick, [], 1)
    assert workflow.edit_selection(dataset, pick, [swapped], name="edited").added_rows.tolist() == [0, 2]
    [classes] = workflow.group_counts(dataset, pick)
    assert classes.picked.tolist() == [2, 0]


def test_edits_follow_one_another_and_each_place_is_kept() -> None:
    rows = np.array([5, 3, 9])
    # What left may take another place, and what took a place may leave it.
    edits = [Edit(3, replacement=7), Edit(5), Edit(7, replacement=5), Edit(9, replacement=3)]
    assert edited_rows(rows, edits).tolist() == [5, 3]
    with pytest.raises(InvalidInputError, match="row 9 is not in the selection; it has 2 rows"):
        edited_rows(rows, [*edits, Edit(9)])
