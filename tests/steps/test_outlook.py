"""What a selection will come to, said before any work."""

import warnings
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.config import (
    AtMost,
    Balance,
    Budget,
    Column,
    Folder,
    Pattern,
    Prefer,
    Quota,
    SelectionConfig,
    Similar,
)
from al_core.exceptions import ALCoreWarning, InvalidInputError, MissingInputError
from al_core.steps.outlook import GroupSizes, shortfalls
from al_core.store import Dataset, TagRole, Workspace
from tests.steps.shop import FOLDERS, make_shop


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


def test_an_outlook_counts_what_limits_and_budget_leave(shop: Dataset) -> None:
    budget = Budget(10, "money", per_image=3, currency="EUR")
    config = SelectionConfig("RANDOM", -1, limits=[AtMost(2, per=Folder())], budget=budget)
    outlook = workflow.check_selection(shop, config)
    assert (outlook.n_open, outlook.n_picked, outlook.bill) == (8, 3, 9)
    assert outlook.tightest == "at most EUR 10"


def test_an_outlook_is_what_the_selection_comes_to(shop: Dataset) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 8, name="mine", limits=[AtMost(1, per=Pattern("patient_{}_*"))])
    outlook = workflow.check_selection(shop, config)
    assert len(workflow.run_selection(shop, config).added_rows) == outlook.n_picked == 3


def test_groups_are_previewed(shop: Dataset) -> None:
    assert workflow.group_sizes(shop, Pattern("patient_{}_*")) == GroupSizes(3, 2, 3, 3, 0, ("0", "1", "2"))
    assert workflow.group_sizes(shop, Pattern("nobody_{}_*")) == GroupSizes(0, 0, 0, 0, 8, ())


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"limits": [AtMost(1, per=Column("patient"))]}, "has no column 'patient'"),
        ({"limits": [Quota(Folder(), {"dusk": (1, 2)})]}, "names the group 'dusk'"),
        ({"goals": [Balance(Folder(), {"dusk": 1})]}, "a balance names the group 'dusk'"),
        ({"goals": [Similar("nothing")]}, "'nothing'"),
        ({"goals": [Prefer("debt")]}, "'debt' of 'day/patient_0_0.png' is -1; what is preferred is a number from 0"),
        (
            {"budget": Budget(1, "money", per_image=2, currency="EUR")},
            "the budget of EUR 1 is below the cheapest image",
        ),
        ({"budget": Budget(1, "objects")}, "the budget counts objects"),
    ],
    ids=str,
)
def test_bad_input_is_a_sentence_before_any_work(shop: Dataset, options: dict[str, Any], problem: str) -> None:
    def progress(done: int, total: int) -> None:
        raise AssertionError("the work began")

    config = SelectionConfig("ACTIVE_LEARNING", 2, **options)
    with pytest.raises((InvalidInputError, MissingInputError, LookupError), match=problem):
        workflow.run_selection(shop, config, progress=progress)


def test_goals_that_measure_distances_need_embeddings(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("bare", ["a", "b"])
    dataset.create_tag("hard", np.array([0]))
    workflow.store_scores(dataset, np.arange(2), {"risk": [0.5, 0.25]})
    with pytest.raises(MissingInputError, match="embeddings"):
        workflow.check_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1, goals=[Similar("hard")]))
    with pytest.raises(MissingInputError, match="measures distances"):
        workflow.check_selection(dataset, SelectionConfig("CORESET", 1))


def test_a_minimum_that_cannot_be_met_is_said_before_and_after_the_run(shop: Dataset) -> None:
    quota = Quota(Folder(), {"day": (5, -1)})
    config = SelectionConfig("RANDOM", 6, name="mine", limits=[quota])
    with pytest.warns(ALCoreWarning, match="5 images of 'day' are needed and 4 can be picked"):
        selection = workflow.run_selection(shop, config)
    assert shortfalls(shop, selection) == ["'day' has 4 of the 5 that it needs"]


def test_a_selection_whose_minimums_are_met_says_nothing(shop: Dataset) -> None:
    config = SelectionConfig("RANDOM", 4, name="mine", limits=[Quota(Folder(), {"day": (3, -1)})])
    with warnings.catch_warnings():
        warnings.simplefilter("error", ALCoreWarning)
        assert shortfalls(shop, workflow.run_selection(shop, config)) == []


def test_test_samples_of_earlier_rounds_do_not_count_towards_minimums(shop: Dataset) -> None:
    tests = workflow.run_selection(shop, SelectionConfig("RANDOM", 1, name="tests", seed=3, test_share=1.0))
    [tested] = tests.added_rows.tolist()
    labeled = shop.create_tag("done", np.array([tested]))
    shop.set_tag_role(labeled, TagRole.LABELED)
    folder = FOLDERS[tested % 2]
    config = SelectionConfig("RANDOM", 6, name="mine", seed=1, limits=[Quota(Folder(), {folder: (4, -1)})])
    with pytest.warns(ALCoreWarning, match=f"4 images of '{folder}' are needed and 3 can be picked"):
        selection = workflow.run_selection(shop, config)
    # Four of the eight are in the folder, and the one that is tested counts for none of them.
    assert shortfalls(shop, selection) == [f"'{folder}' has 3 of the 4 that it needs"]


def test_what_is_with_labelers_counts_towards_limits(shop: Dataset) -> None:
    by_day = SelectionConfig("RANDOM", 2, name="first", seed=1, limits=[Quota(Folder(), {"day": (2, -1)})])
    first = workflow.run_selection(shop, by_day)
    workflow.mark_sent(shop, first.tag)
    config = SelectionConfig("RANDOM", 6, name="second", seed=1, limits=[AtMost(2, per=Folder())])
    outlook = workflow.check_selection(shop, config)
    assert (outlook.n_open, outlook.n_picked, outlook.tightest) == (4, 2, "at most 2 per folder")
    # The other folder is night.
    assert (workflow.run_selection(shop, config).added_rows % 2).tolist() == [1, 1]
