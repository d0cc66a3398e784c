"""What limits cost, and what a selection holds of each group."""

import numpy as np
import pytest

from al_core import workflow
from al_core.config import Apart, AtMost, Between, Column, Folder, Pattern, SelectionConfig
from al_core.store import Dataset, Workspace
from tests.steps.shop import make_shop


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


def test_a_limit_costs_what_the_selection_covers_more_without_it(shop: Dataset) -> None:
    limits = [AtMost(1, per=Pattern("patient_{}_*")), Between("sharpness", 0, 7)]
    config = SelectionConfig("ACTIVE_LEARNING", 5, name="mine", seed=1, limits=limits)
    selection = workflow.run_selection(shop, config)
    narrow, idle = workflow.limit_costs(shop, selection)
    assert (narrow.n_picked, narrow.n_without) == (3, 5)
    assert narrow.covered < narrow.without
    assert narrow.text.startswith("at most 1 per “patient_{}_*”: covers ")
    assert narrow.text.endswith("%, with 3 images instead of 5")
    # Every sample lies in the range.
    assert (idle.without, idle.n_without) == (idle.covered, 3)
    assert "as much as without it" in idle.text
    assert [tag.name for tag in shop.tags()].count("mine") == 1


def test_groups_are_counted_in_pool_picks_and_draws(shop: Dataset) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 4, name="mine", seed=1, limits=[AtMost(3, per=Folder())])
    classes, folders = workflow.group_counts(shop, workflow.run_selection(shop, config))
    assert (classes.by, classes.names, classes.pool.tolist()) == ("predicted class", ("cat", "dog"), [4, 4])
    # Of the five most uncertain samples the first three are in one folder.
    assert (folders.by, folders.names, folders.picked.tolist()) == ("folder", ("day", "night"), [1, 3])
    assert folders.pool.tolist() == [4, 4]
    assert np.isclose(folders.random.sum(), 4)
    assert folders.random.max() <= 3


def test_numbers_that_are_kept_apart_are_no_groups(shop: Dataset) -> None:
    config = SelectionConfig(
        "ACTIVE_LEARNING", 4, name="mine", seed=1, limits=[Apart(Column("sharpness"), 2, within=Folder())]
    )
    assert [table.by for table in workflow.group_counts(shop, workflow.run_selection(shop, config))] == [
        "predicted class",
        "folder",
    ]
