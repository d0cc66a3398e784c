from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.config import (
    Apart,
    AtMost,
    Balance,
    Between,
    Budget,
    Column,
    Goal,
    Limit,
    Novel,
    Prefer,
    Quota,
    SelectionConfig,
    Similar,
    Typical,
)
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.selection import ClassShares, GoalArrays, select
from al_core.selection.draws import draw_per_row
from al_core.selection.limits import limits_of
from tests.selection.plain_greedy import Task, assert_is_greedy, balance_factors, constant_factors, plain_greedy

N_ROWS = 40
CAMERAS = ("front", "rear", "top")
ALL_LIMITS: tuple[Limit, ...] = (
    AtMost(3, per=Column("camera")),
    AtMost(2, per=Column("patient")),
    Apart(Column("frame"), 2, within=Column("camera")),
    Apart(Column("frame"), 4),
    Between("frame", 3, 30),
    Between("frame", at_most=25),
    Quota(Column("camera"), {"front": (0, 2), "rear": (3, -1)}),
    Quota(Column("camera"), {"top": (2, 4)}),
    Quota(Column("patient"), {"1": (2, 2), "3": (1, -1)}),
    Quota("predicted class", {"cat": (2, 5)}),
)
ALL_GOALS: tuple[Goal, ...] = (
    Balance(),
    Balance(Column("camera")),
    Balance(Column("patient"), strength=2),
    Prefer("frame"),
    Prefer("frame", -1),
    Similar("hard"),
    Similar("hard", -2),
    Novel(),
    Typical(2),
)
BUDGETS = (None, Budget(6), Budget(8, "objects"), Budget(5, "money", per_image=0.5, per_object=0.25))


def inputs_for(seed: int, *, several_classes: bool) -> GoalArrays:
    rng = np.random.default_rng(seed)
    shares = rng.integers(0, 3, (N_ROWS, 2)) if several_classes else np.eye(2)[rng.integers(0, 2, N_ROWS)]
    frames = rng.integers(0, 35, N_ROWS).astype(float)
    frames[rng.random(N_ROWS) < 0.1] = np.nan
    columns: dict[str, Any] = {
        "camera": np.array(CAMERAS)[rng.integers(0, 3, N_ROWS)],
        "patient": rng.integers(0, 6, N_ROWS).astype(float),
        "frame": frames,
    }
    return GoalArrays(
        columns, ClassShares(shares.astype(np.float32), ("cat", "dog")), rng.integers(0, 4, N_ROWS).astype(float)
    )


@st.composite
def tasks(draw: st.DrawFn, method: str) -> Task:
    limits = draw(st.lists(st.sampled_from(ALL_LIMITS), max_size=3))
    goals = [] if method == "RANDOM" else draw(st.lists(st.sampled_from(ALL_GOALS), max_size=2, unique=True))
    labeled = sorted(draw(st.sets(st.integers(0, N_ROWS - 1), max_size=4)))
    n_new = draw(st.integers(1, 15))
    budget = draw(st.sampled_from(BUDGETS))
    is_budget_alone = budget is not None and draw(st.booleans())
    config = SelectionConfig(
        method,
        -1 if is_budget_alone else len(labeled) + n_new,
        draw(st.sampled_from((-1, -1, 1, 1.5))),
        seed=draw(st.integers(0, 9)),
        normalize=False,
        coral="product",
        goals=goals,
        limits=limits,
        budget=budget,
    )
    seed = draw(st.integers(0, 2**32 - 1))
    # A grid of few places, so that ties are common.
    embeddings = np.random.default_rng(seed).integers(0, 4, (N_ROWS, 2)).astype(np.float32)
    arrays = inputs_for(seed, several_classes=draw(st.booleans()))
    candidates = np.setdiff1d(np.arange(N_ROWS), labeled).tolist()
    arrays = replace(arrays, vectors={"hard": embeddings[:2]})
    return Task(config, arrays, candidates, labeled, len(candidates) if is_budget_alone else n_new, embeddings)


def is_by_value_alone(config: SelectionConfig) -> bool:
    """Whether values have no factors, whose rounding may tell ties apart."""
    return not config.goals and not config.budget


@settings(max_examples=60, deadline=None)
@given(tasks("ACTIVE_LEARNING"), st.integers(0, 2**32 - 1))
def test_active_learning_under_limits_is_plain_greedy(task: Task, seed: int) -> None:
    # Few different scores, so that ties are common.
    scores = np.random.default_rng(seed).integers(1, 9, N_ROWS) / 8
    constant = scores * constant_factors(task)

    def value(chosen: list[int]) -> NDArray[np.floating]:
        return constant * balance_factors(task.config.goals, task.arrays, chosen, N_ROWS)

    picked = select(
        task.embeddings, task.config, scores=scores, preselected_rows=task.labeled, arrays=task.arrays
    ).tolist()
    assert_is_greedy(value, task, picked)
    if is_by_value_alone(task.config):
        assert picked == plain_greedy(value, task)


@settings(max_examples=60, deadline=None)
@given(tasks("CORESET"))
def test_coreset_under_limits_is_plain_greedy(task: Task) -> None:
    constant = constant_factors(task)

    def value(chosen: list[int]) -> NDArray[np.floating]:
        factors = constant * balance_factors(task.config.goals, task.arrays, chosen, N_ROWS)
        if not chosen:
            return factors
        nearest = np.linalg.norm(task.embeddings[:, None] - task.embeddings[chosen], axis=2).min(axis=1)
        return np.asarray(factors * nearest)

    picked = select(task.embeddings, task.config, preselected_rows=task.labeled, arrays=task.arrays).tolist()
    assert_is_greedy(value, task, picked)
    if is_by_value_alone(task.config):
        assert picked == plain_greedy(value, task)


@settings(max_examples=60, deadline=None)
@given(tasks("CORAL"), st.integers(0, 2**32 - 1))
def test_the_product_under_limits_is_plain_greedy(task: Task, seed: int) -> None:
    scores = np.random.default_rng(seed).integers(1, 9, N_ROWS) / 8
    constant = scores * constant_factors(task)

    def value(chosen: list[int]) -> NDArray[np.floating]:
        factors = constant * balance_factors(task.config.goals, task.arrays, chosen, N_ROWS)
        if not chosen:
            return factors
        nearest = np.linalg.norm(task.embeddings[:, None] - task.embeddings[chosen], axis=2).min(axis=1)
        return np.asarray(factors * nearest)

    picked = select(
        task.embeddings, task.config, scores=scores, preselected_rows=task.labeled, arrays=task.arrays
    ).tolist()
    assert_is_greedy(value, task, picked)


@settings(max_examples=60, deadline=None)
@given(tasks("CORAL"), st.integers(0, 2**32 - 1))
def test_herding_under_limits_is_plain_greedy(task: Task, seed: int) -> None:
    rng = np.random.default_rng(seed)
    task = replace(task, config=replace(task.config, coral="herding"), embeddings=rng.normal(size=(N_ROWS, 3)))
    task = replace(task, arrays=replace(task.arrays, vectors={"hard": task.embeddings[:2]}))
    scores = rng.integers(1, 9, N_ROWS) / 8
    # Typical reads 20 neighbors from the graph.
    graph = nearest_neighbors(task.embeddings, 20, normalize=False)
    nth = int(np.clip(N_ROWS / (len(task.labeled) + task.n_new), 1, 20)) - 1
    similarity = np.eye(N_ROWS)
    similarity[np.arange(N_ROWS)[:, None], graph.indices] = np.exp(
        -((graph.distances / np.median(graph.distances[:, nth])) ** 2)
    )
    constant = constant_factors(task)
    worth = np.zeros(N_ROWS)
    worth[task.candidates] = scores[task.candidates] / scores[task.candidates].max()

    def value(chosen: list[int]) -> NDArray[np.floating]:
        covered = similarity[chosen].max(axis=0, initial=0)
        gains = worth * (worth * np.maximum(similarity - covered, 0)).sum(axis=1)
        return np.asarray(gains * constant * balance_factors(task.config.goals, task.arrays, chosen, N_ROWS))

    picked = select(
        task.embeddings, task.config, scores=scores, preselected_rows=task.labeled, graph=graph, arrays=task.arrays
    ).tolist()
    assert_is_greedy(value, task, picked)


@settings(max_examples=40, deadline=None)
@given(tasks("RANDOM"))
def test_random_under_limits_takes_its_draws_in_order(task: Task) -> None:
    candidates = np.array(task.candidates)
    # Ranks rather than draws: float64 cannot tell all draws apart.
    ranks = np.zeros(N_ROWS)
    ranks[candidates[np.argsort(draw_per_row(candidates, task.config.seed or 0))]] = np.arange(len(candidates), 0, -1)
    picked = select(task.embeddings, task.config, preselected_rows=task.labeled, arrays=task.arrays).tolist()
    assert picked == plain_greedy(lambda chosen: ranks, task)


def test_labeled_rows_count_toward_a_limit() -> None:
    arrays = GoalArrays({"patient": np.array(["a", "a", "b", "b"])})
    config = SelectionConfig("ACTIVE_LEARNING", 4, limits=[AtMost(1, per=Column("patient"))])
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    # Patient a has its one sample.
    assert select(None, config, scores=scores, preselected_rows=[0], arrays=arrays).tolist() == [2]


def test_rows_without_a_group_are_not_limited() -> None:
    arrays = GoalArrays({"patient": np.array([1.0, 1.0, np.nan, np.nan])})
    config = SelectionConfig("ACTIVE_LEARNING", 4, limits=[AtMost(1, per=Column("patient"))])
    assert select(None, config, scores=np.array([0.9, 0.8, 0.7, 0.6]), arrays=arrays).tolist() == [0, 2, 3]


def test_frames_of_one_video_are_kept_apart() -> None:
    arrays = GoalArrays({"frame": np.array([1.0, 2.0, 4.0, 1.0]), "video": np.array(["a", "a", "a", "b"])})
    config = SelectionConfig("ACTIVE_LEARNING", 4, limits=[Apart(Column("frame"), 3, within=Column("video"))])
    assert select(None, config, scores=np.array([0.9, 0.8, 0.7, 0.6]), arrays=arrays).tolist() == [0, 2, 3]


def test_a_range_holds_numbers_that_are_its_ends_in_the_precision_of_their_column() -> None:
    # As doubles, 0.7 of 32 bits lies below 0.7, and 0.1 of 32 bits above 0.1.
    single = np.array([0.1, 0.3, 0.7, 0.9, np.nan], np.float32)

    def inside(numbers: NDArray[Any], limit: Between) -> list[int]:
        limits = limits_of((limit,), GoalArrays({"entropy": numbers}), np.arange(5), np.empty(0, np.int64), 5)
        points: list[int] = np.flatnonzero(limits.is_pickable).tolist()
        return points

    assert inside(single, Between("entropy", at_least=0.7)) == [2, 3]
    assert inside(single, Between("entropy", at_most=0.1)) == [0]
    assert inside(single, Between("entropy", 0.1, 0.7)) == [0, 1, 2]
    # Beyond the largest number of 32 bits.
    assert inside(single, Between("entropy", at_most=1e300)) == [0, 1, 2, 3]
    # The next double above 0.7 is another number.
    double = np.array([0.1, 0.3, 0.7, 0.9, np.nan])
    assert inside(double, Between("entropy", at_least=np.nextafter(0.7, 1))) == [3]
    assert inside(np.array([1, 2, 3, 4, 5]), Between("entropy", 2, 4.5)) == [1, 2, 3]


def test_a_minimum_displaces_better_rows_at_the_end() -> None:
    arrays = GoalArrays({"camera": np.array(["front", "front", "front", "rear"])})
    config = SelectionConfig("ACTIVE_LEARNING", 2, limits=[Quota(Column("camera"), {"rear": (1, -1)})])
    assert select(None, config, scores=np.array([0.9, 0.8, 0.7, 0.1]), arrays=arrays).tolist() == [0, 3]


def test_a_budget_skips_what_it_cannot_pay_any_more() -> None:
    config = SelectionConfig("ACTIVE_LEARNING", -1, budget=Budget(5, "objects"))
    arrays = GoalArrays(costs=np.array([4, 2, 1, 1]))
    # Scores per object: 0.2, 0.35, 0.6, 0.1. After 2, 1 and 3 one object is left, and row 0 has four.
    assert select(None, config, scores=np.array([0.8, 0.7, 0.6, 0.1]), arrays=arrays).tolist() == [2, 1, 3]


@pytest.mark.parametrize("per_object", [2, 0.02])
def test_the_unit_of_money_changes_no_pick(per_object: float) -> None:
    # An image without objects costs nothing, and counts as one with a single object: scores per object 0.5, 0.9, 0.45.
    config = SelectionConfig("ACTIVE_LEARNING", -1, budget=Budget(3 * per_object, "money", per_object=per_object))
    arrays = GoalArrays(costs=np.array([0, 1, 2]))
    assert select(None, config, scores=np.array([0.5, 0.9, 0.9]), arrays=arrays).tolist() == [1, 0, 2]


def test_what_a_limit_speaks_of_must_be_there() -> None:
    config = SelectionConfig("RANDOM", 2, limits=[AtMost(1, per=Column("patient"))])
    with pytest.raises(MissingInputError, match="no column 'patient'; there are: 'camera'"):
        select(None, config, query_rows=np.arange(3), arrays=GoalArrays({"camera": np.array(["a", "b", "c"])}))
    quota = SelectionConfig("RANDOM", 2, limits=[Quota(Column("camera"), {"top": (1, 2)})])
    with pytest.raises(InvalidInputError, match="the group 'top', but the groups are: 'a', 'b', 'c'"):
        select(None, quota, query_rows=np.arange(3), arrays=GoalArrays({"camera": np.array(["a", "b", "c"])}))
    with pytest.raises(MissingInputError, match="how many to expect is unknown"):
        select(None, SelectionConfig("RANDOM", -1, budget=Budget(5, "objects")), query_rows=np.arange(3))
