"""Goals and limits of a configuration by the names of a dataset: the same rows here, on a server, and by their code."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.config import (
    GOALS,
    LIMITS,
    Apart,
    AtMost,
    Between,
    Budget,
    Column,
    Folder,
    Pattern,
    Quota,
    SelectionConfig,
    Similar,
)
from al_core.exceptions import InvalidInputError, MissingInputError, NotFoundError
from al_core.formats import Predictions
from al_core.remote import RemoteWorkspace
from al_core.selection import GoalArrays
from al_core.steps.goal_arrays import goal_arrays, groups_of_grouping, resolve
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, Workspace
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput
from tests.api.conftest import api_server
from tests.steps.shop import FILENAMES, FOLDERS, N_ROWS, OPTIONS, make_shop


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


def test_every_goal_and_limit_is_tried() -> None:
    assert set(OPTIONS) == {*GOALS, *LIMITS}


def config_with(kind: str) -> SelectionConfig:
    field = "goals" if kind in GOALS else "limits"
    return SelectionConfig("ACTIVE_LEARNING", 4, name="here", seed=1, **{field: [OPTIONS[kind]]})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_option_selects_the_same_here_on_a_server_and_by_its_code(
    workspace: Workspace, shop: Dataset, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_with(kind)
    here = workflow.run_selection(shop, config)
    assert here.config == config
    with api_server(workspace) as address:
        remote = RemoteWorkspace(address, None, tmp_path / "cache").dataset(shop.id)
        there = workflow.run_selection(remote, replace(config, name="there"))
    assert there.added_rows.tolist() == here.added_rows.tolist()
    assert there.config == replace(config, name="there")
    monkeypatch.setenv("AL_CORE_HOME", str(workspace.home))
    names: dict[str, Any] = {}
    exec(selection_code(shop, here), names)
    assert sorted(names["added_set"]) == sorted(shop.filenames(here.added_rows))


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_option_changes_what_is_selected(shop: Dataset, kind: str) -> None:
    labeled = shop.create_tag("labeled", np.array([0])) if kind == "novel" else None
    plain = workflow.run_selection(
        shop, SelectionConfig("ACTIVE_LEARNING", 4, name="plain", seed=1), labeled_tag=labeled
    )
    picked = workflow.run_selection(shop, config_with(kind), labeled_tag=labeled)
    assert picked.added_rows.tolist() != plain.added_rows.tolist()


def test_groups_come_from_folders_patterns_and_columns(shop: Dataset) -> None:
    assert groups_of_grouping(shop, Folder()).names == FOLDERS
    assert groups_of_grouping(shop, Pattern("patient_{}_*")).names == ("0", "1", "2")
    assert groups_of_grouping(shop, Column("sharpness")).names == tuple(map(str, range(N_ROWS)))


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["007", "7", "12"], ("007", "7", "12")),
        (["9007199254740993", "9007199254740992"], ("9007199254740992", "9007199254740993")),
        (["10", "9", "x"], ("10", "9", "x")),
    ],
)
def test_texts_of_a_pattern_are_one_group_only_if_they_are_equal(
    workspace: Workspace, texts: list[str], names: tuple[str, ...]
) -> None:
    dataset = workspace.create_dataset("codes", [f"patient_{text}.png" for text in texts])
    groups = groups_of_grouping(dataset, Pattern("patient_{}.png"))
    assert groups.names == names
    assert [names[code] for code in groups.codes] == texts


def test_frames_are_kept_apart_by_the_numbers_in_their_names(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("film", ["f_008.png", "f_9.png", "f_20.png", "cover.png"])
    by = Pattern("f_{}.png")
    resolved = resolve(dataset, SelectionConfig("RANDOM", 2, limits=[Apart(by, 5)]))
    places = GoalArrays(resolved.columns).places(by.key)
    np.testing.assert_array_equal(places, [8, 9, 20, np.nan])


def test_a_budget_of_objects_counts_the_confidences_of_the_boxes(shop: Dataset) -> None:
    corners = np.array([[0, 0, 1, 1]] * 3, np.float32)
    boxes = ObjectDetectionOutput.from_scores(corners, np.array([0.5, 0.25, 1.0], np.float32), np.array([0, 1, 0]))
    counts = np.array([2, 1] + [0] * (N_ROWS - 2))
    batch = ObjectDetectionBatch(boxes, counts)
    predictions = Predictions(list(FILENAMES), ["cat", "dog"], batch, "object-detection")
    workflow.store_predictions(shop, predictions, workflow.check_predictions(shop, predictions), name="detector")
    config = SelectionConfig(
        "RANDOM", -1, budget=Budget(1, "objects"), limits=[Quota("predicted class", {"dog": (0, 1)})]
    )
    arrays = goal_arrays(shop, config, None, resolve(shop, config))
    assert arrays.costs is not None
    assert arrays.costs[:3].tolist() == [0.75, 1, 0]
    assert arrays.class_shares is not None
    assert arrays.class_shares.shares[:2].tolist() == [[0.5, 0.25], [1, 0]]


def test_a_range_of_a_stored_score_holds_the_numbers_that_are_its_ends(shop: Dataset) -> None:
    # Scores of 32 bits: as doubles, the first lies above 0.1 and the second below 0.7.
    entropy = np.array([0.1, 0.7, 0.05, 0.8, 0.05, 0.8, 0.05, 0.8], np.float32)
    workflow.store_scores(shop, np.arange(N_ROWS), {"entropy": entropy})
    config = SelectionConfig("RANDOM", 2, name="ends", seed=1, limits=[Between("entropy", 0.1, 0.7)])
    assert workflow.run_selection(shop, config).tag.rows.tolist() == [0, 1]


def test_what_is_not_there_is_named(shop: Dataset) -> None:
    def select(**options: Any) -> None:
        workflow.run_selection(shop, SelectionConfig("ACTIVE_LEARNING", 2, **options))

    with pytest.raises(MissingInputError, match="has no column 'patient'; there are: 'sharpness'"):
        select(limits=[AtMost(1, per=Column("patient"))])
    with pytest.raises(NotFoundError, match="'nothing'"):
        select(goals=[Similar("nothing")])
    with pytest.raises(InvalidInputError, match="has no sample 'moon"):
        select(goals=[Similar(["moon.png"])])
    with pytest.raises(MissingInputError, match="have none; give a price per image alone"):
        select(budget=Budget(5, "objects"))
    assert [tag.name for tag in shop.tags()] == ["duplicates", "hard", "initial-tag"]
