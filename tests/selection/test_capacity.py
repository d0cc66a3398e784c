"""What limits leave, counted before any work."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.config import Apart, AtMost, Between, Budget, Column, Limit, Quota, SelectionConfig
from al_core.selection import GoalArrays, Groups, select
from al_core.selection.capacity import Capacity, count_short, measure_capacity

CAMERAS = Groups(np.array([0, 0, 0, 0, 1, 1, -1]), ("front", "rear"))
PLACES = Groups(np.array([0, 0, 0, 1, 0, 1, 2]), ("bridge", "harbor", "street"))
ARRAYS = GoalArrays(
    {
        "camera": CAMERAS,
        "place": PLACES,
        "frame": np.array([0, 3, 6, 9, 0, 3, np.nan]),
        "number": np.arange(7.0),
        "nobody": Groups(np.full(7, -1), ()),
        "nothing": np.full(7, np.nan),
    }
)
ALL = np.arange(7)
NONE = np.empty(0, np.int64)


def capacity(
    *limits: Limit, n_new: int = 7, budget: Budget | None = None, labeled: list[int] | None = None
) -> Capacity:
    config = SelectionConfig("RANDOM", n_new, limits=limits, budget=budget)
    chosen = np.array(labeled or [], np.int64)
    candidates = np.setdiff1d(ALL, chosen)
    costs = None if budget is None else np.full(len(candidates), budget.price_of(0))
    return measure_capacity(config, ARRAYS, candidates, chosen, n_new=n_new, costs=costs)


@pytest.mark.parametrize(
    ("limit", "n_most"),
    [
        (AtMost(2, per=Column("camera")), 2 + 2 + 1),
        (Quota(Column("camera"), {"front": (0, 1)}), 1 + 2 + 1),
        (Apart(Column("frame"), 5), 2 + 1),
        (Apart(Column("frame"), 5, within=Column("camera")), 2 + 1 + 1),
        (Between("frame", 1, 6), 3),
    ],
    ids=lambda value: getattr(value, "words", str(value)),
)
def test_a_limit_leaves_so_many(limit: Limit, n_most: int) -> None:
    room = capacity(limit)
    assert (room.n_most, room.tightest) == (n_most, limit.words)


def test_nothing_is_tight_where_there_is_room_for_all_that_is_asked_for() -> None:
    assert capacity(AtMost(2, per=Column("camera")), n_new=3) == Capacity(7, 3)


def test_labeled_rows_count() -> None:
    assert capacity(AtMost(2, per=Column("camera")), labeled=[0, 1]).n_most == 2 + 1


def test_a_budget_pays_for_so_many() -> None:
    room = capacity(budget=Budget(1, "money", per_image=0.3, currency="EUR"))
    assert (room.n_most, room.tightest) == (3, "at most EUR 1")


def test_a_limit_that_changes_nothing_is_named() -> None:
    assert capacity(AtMost(1, per=Column("number"))).warnings == (
        "every number has one image at most, so “at most 1 per number” changes nothing",
    )
    # Of two frames there is a second image, which is labeled.
    assert capacity(AtMost(1, per=Column("frame")), labeled=[4, 5]).warnings == ()


def test_a_limit_whose_groups_or_numbers_no_image_has_is_named() -> None:
    nothing = capacity(AtMost(1, per=Column("nobody")), Apart(Column("nothing"), 5), Apart(Column("frame"), 1))
    assert nothing.warnings == (
        "no image has a number of “nothing”, so “nothing at least 5 apart” changes nothing",
        "no image is in a group of “nobody”, so “at most 1 per nobody” changes nothing",
    )


def test_groups_that_labeled_rows_fill_are_counted() -> None:
    assert capacity(AtMost(1, per=Column("camera")), labeled=[0, 4]).warnings == (
        "labeled images count: 2 of 2 groups of “at most 1 per camera” are full",
    )


def test_a_minimum_that_cannot_be_met_is_said_with_numbers() -> None:
    [few, many] = capacity(Quota(Column("camera"), {"rear": (3, -1), "front": (2, 2)}), n_new=4).warnings
    assert few == "3 images of 'rear' are needed and 2 can be picked"
    assert many == "“camera: front 2 to 2, rear at least 3” needs 5 images, and 4 are picked"


def test_quotas_that_a_cap_leaves_no_room_for_are_said_by_the_flow() -> None:
    # Four front images are needed, three are at the bridge, and only one may be picked there.
    quota = Quota(Column("camera"), {"front": (3, -1)})
    [text] = capacity(quota, AtMost(1, per=Column("place"))).warnings
    assert text == "“camera: front at least 3” needs 3 images, and “at most 1 per place” leaves 2 of them"
    assert not capacity(quota, AtMost(2, per=Column("place"))).warnings


def test_quotas_that_contradict_each_other_are_said() -> None:
    least = Quota(Column("camera"), {"front": (3, -1)})
    most = Quota(Column("camera"), {"front": (0, 2), "rear": (0, 1)})
    assert capacity(least, most).warnings == (
        "“camera: front at least 3” needs 3 images, and “camera: front at most 2, rear at most 1” leaves 2 of them",
    )
    # Two of the three places are on the front camera.
    by_place = Quota(Column("place"), {"bridge": (4, -1)})
    assert "leaves 3 of them" in capacity(by_place, most).warnings[0]


@pytest.mark.parametrize(("apart", "n_most"), [(0.1, 5), (0.2, 3), (5e-324, 5)])
def test_decimals_are_as_far_apart_as_they_say(apart: float, n_most: int) -> None:
    config = SelectionConfig("RANDOM", 5, limits=[Apart(Column("second"), apart)])
    arrays = GoalArrays({"second": np.array([0.1, 0.2, 0.3, 0.4, 0.5])})
    room = measure_capacity(config, arrays, np.arange(5), NONE, n_new=5, costs=None)
    assert room.n_most == n_most


def test_what_falls_short_after_a_run_is_counted() -> None:
    quota = Quota(Column("camera"), {"rear": (3, -1), "front": (1, -1)})
    assert count_short([quota], ARRAYS, np.array([0, 4])) == ["'rear' has 1 of the 3 that it needs"]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(0, 9), st.integers(0, 9))
def test_no_selection_picks_more_than_is_left(k: int, apart: int, seed: int) -> None:
    limits = [AtMost(k, per=Column("place")), Apart(Column("frame"), apart)]
    config = SelectionConfig("RANDOM", 7, limits=limits, seed=seed)
    room = measure_capacity(config, ARRAYS, ALL, NONE, n_new=7, costs=None)
    assert len(select(None, config, query_rows=ALL, arrays=ARRAYS)) <= room.n_most
