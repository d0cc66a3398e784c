"""How far the picks are from the best that the same limits allow, on cases small enough to try everything."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.config import AtMost, Balance, Column, SelectionConfig
from al_core.selection import GoalArrays, Groups, select

N_ROWS = 12
N_PICKS = 4
N_CASES = 20


def covering_radius(points: NDArray[np.float64], picked: NDArray[np.integer]) -> float:
    distances = np.linalg.norm(points[:, None] - points[picked][None], axis=2)
    return float(distances.min(axis=1).max())


def best_radius(points: NDArray[np.float64], codes: NDArray[np.int64], most: int) -> float:
    allowed = [
        np.array(rows)
        for rows in combinations(range(N_ROWS), N_PICKS)
        if np.bincount(codes[list(rows)], minlength=3).max() <= most
    ]
    return min(covering_radius(points, rows) for rows in allowed)


@pytest.mark.parametrize("most", [N_PICKS, 2])
def test_k_center_under_a_limit_stays_near_the_optimum(most: int) -> None:
    gaps = []
    for seed in range(N_CASES):
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(N_ROWS, 2))
        codes = np.arange(N_ROWS) % 3
        arrays = GoalArrays({"group": Groups(codes, ("a", "b", "c"))})
        config = SelectionConfig(
            "CORESET", N_PICKS, seed=seed, normalize=False, limits=[AtMost(most, per=Column("group"))]
        )
        picked = select(points, config, arrays=arrays)
        gaps.append(covering_radius(points, picked) / best_radius(points, codes, most))
    print(f"at most {most} per group: radius {np.mean(gaps):.2f} times the best on average, {max(gaps):.2f} at worst")
    assert min(gaps) >= 1 - 1e-6
    # Farthest first is within twice the optimum (Gonzalez 1985); the limit costs a little more on these cases.
    assert max(gaps) <= 2


def test_scores_under_a_limit_are_the_optimum() -> None:
    # One limit per group is a partition matroid: greedy is optimal for a sum.
    rng = np.random.default_rng(0)
    scores = rng.random(N_ROWS)
    codes = np.arange(N_ROWS) % 3
    arrays = GoalArrays({"group": Groups(codes, ("a", "b", "c"))})
    config = SelectionConfig("ACTIVE_LEARNING", N_PICKS, seed=0, limits=[AtMost(2, per=Column("group"))])
    picked = select(None, config, scores=scores, arrays=arrays)
    allowed = [
        rows for rows in combinations(range(N_ROWS), N_PICKS) if np.bincount(codes[list(rows)], minlength=3).max() <= 2
    ]
    assert scores[picked].sum() == pytest.approx(max(scores[list(rows)].sum() for rows in allowed))


def test_a_balance_evens_out_groups_exactly_where_it_can() -> None:
    codes = np.arange(N_ROWS) % 3
    arrays = GoalArrays({"group": Groups(codes, ("a", "b", "c"))})
    config = SelectionConfig("ACTIVE_LEARNING", 6, seed=0, goals=[Balance(Column("group"))])
    picked = select(None, config, scores=np.full(N_ROWS, 0.5), arrays=arrays)
    assert np.bincount(codes[picked]).tolist() == [2, 2, 2]
