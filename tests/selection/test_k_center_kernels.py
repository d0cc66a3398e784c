import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry.space import Source, rounding, squared_distances
from al_core.selection.k_center_kernels import lower_to_nearest, pick_from_pool

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(50, 16)).astype(np.float32)
CENTERS = RNG.normal(size=(200, 16)).astype(np.float32)
UNSEEN = np.finfo(np.float32).max


def exact() -> NDArray[np.float32]:
    nearest: NDArray[np.float32] = np.min([squared_distances(POINTS, center) for center in CENTERS], axis=0)
    return nearest


def run_lower(nearest: np.ndarray, products: np.ndarray, tolerance: np.float32) -> int:
    norms = (POINTS**2).sum(axis=1)
    return lower_to_nearest(
        nearest, products, norms, tolerance, Source.from_vectors(POINTS), CENTERS, (CENTERS**2).sum(axis=1)
    )


def test_the_nearest_distance_is_exact_and_few_pairs_are_measured() -> None:
    nearest = np.full(50, UNSEEN, np.float32)
    n_measured = run_lower(nearest, POINTS @ CENTERS.T, rounding(16))
    np.testing.assert_array_equal(nearest, exact())
    assert 50 <= n_measured < 50 * 20


def test_products_that_are_too_large_cost_measurements_and_change_nothing() -> None:
    nearest = np.full(50, UNSEEN, np.float32)
    n_needed = run_lower(nearest.copy(), POINTS @ CENTERS.T, rounding(16))
    n_measured = run_lower(nearest, POINTS @ CENTERS.T + np.float32(3), rounding(16))
    np.testing.assert_array_equal(nearest, exact())
    assert n_measured > n_needed


def test_a_point_that_is_near_already_is_not_measured() -> None:
    nearest = exact() / 4
    before = nearest.copy()
    assert run_lower(nearest, POINTS @ CENTERS.T, rounding(16)) == 0
    np.testing.assert_array_equal(nearest, before)


def line(*places: float) -> np.ndarray:
    vectors = np.zeros((len(places), 16), np.float32)
    vectors[:, 0] = places
    return vectors


def run_pick(floor: float, n_eligible: int, *, least: float = 0, room: int = 4) -> list[int]:
    pool = line(1, 5, 6, 9)
    centers = np.zeros((8, 16), np.float32)
    picked = np.empty(room, np.int64)
    # As far as they are from an earlier center, at 0.
    nearest = np.array([1, 25, 36, 81], dtype=np.float32)
    n_picked = pick_from_pool(
        Source.from_vectors(pool),
        np.ones(4, np.float32),
        np.float32(least),
        nearest,
        np.zeros(4, np.int64),
        n_eligible,
        np.float32(floor),
        centers,
        picked,
    )
    assert centers[:n_picked, 0].tolist() == pool[picked[:n_picked], 0].tolist()
    rows: list[int] = picked[:n_picked].tolist()
    return rows


def test_the_farthest_of_the_pool_is_picked_again_and_again() -> None:
    # 9; then 5 is 4 from 9 and 5 from 0: 16; 6 is 3 from 9; then both are at 1 from a center: the lower comes first.
    assert run_pick(floor=0, n_eligible=4) == [3, 1, 0, 2]


def test_nothing_is_picked_below_the_floor_outside_the_pool() -> None:
    assert run_pick(floor=17, n_eligible=4) == [3]


@pytest.mark.parametrize(("n_eligible", "picked"), [(0, [3]), (2, [3, 1])])
def test_at_the_floor_only_points_before_the_rival_are_picked(n_eligible: int, picked: list[int]) -> None:
    assert run_pick(floor=16, n_eligible=n_eligible, room=2) == picked


def test_a_point_nearer_than_the_least_distance_is_not_picked() -> None:
    assert run_pick(floor=0, n_eligible=4, least=2) == [3, 1]
