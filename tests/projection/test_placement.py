from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry.space import Space, aligned_runs
from al_core.geometry.threads import workers
from al_core.projection.layout_kernel import place
from al_core.projection.placement import PLACED_ROWS, Landmarks, place_all


@pytest.fixture
def landmarks() -> Landmarks:
    """Two groups of landmarks, along two axes, with their places left and right."""
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.array([[1, 0, 0], [0, 1, 0]], np.float32), 40, 0) + rng.normal(scale=0.01, size=(80, 3))
    points = np.repeat(np.array([[-5, 0], [5, 0]], np.float32), 40, 0) + rng.normal(scale=0.5, size=(80, 2))
    return Landmarks(vectors.astype(np.float32), points.astype(np.float32), seed=1)


def test_a_row_is_placed_among_the_landmarks_that_it_is_near_to(landmarks: Landmarks) -> None:
    points = landmarks.place(np.array([100, 101]), np.array([[1, 0.01, 0], [0.01, 1, 0]], np.float32))
    assert points[0, 0] == pytest.approx(-5, abs=2)
    assert points[1, 0] == pytest.approx(5, abs=2)


def test_a_row_that_repeats_landmarks_has_a_finite_place(landmarks: Landmarks) -> None:
    landmarks.vectors[:20] = [1, 0, 0]
    assert np.isfinite(landmarks.place(np.array([100]), np.array([[1, 0, 0]], np.float32))).all()


@pytest.mark.parametrize("n_threads", [1, 3])
def test_rows_have_the_same_places_in_any_part_of_them(landmarks: Landmarks, n_threads: int) -> None:
    vectors = np.random.default_rng(1).normal(size=(1_000, 3)).astype(np.float32)
    rows = np.flatnonzero(np.arange(1_000) % 7)
    expected = np.empty((1_000, 2), np.float32)
    placed = np.empty((1_000, 2), np.float32)
    with workers(n_threads) as pool:
        for run, points in place_all(landmarks, space_of(vectors), rows, pool):
            expected[run] = points
        for start, stop in ((0, PLACED_ROWS), (PLACED_ROWS, 1_000)):
            part = rows[(rows >= start) & (rows < stop)] - start
            for run, points in place_all(landmarks, space_of(vectors[start:stop]), part, pool, first_row=start):
                placed[run + start] = points
    assert placed[rows].tobytes() == expected[rows].tobytes()


def space_of(vectors: NDArray[np.float32]) -> Space:
    return Space(vectors, None, np.ones(len(vectors), np.float32))


def test_runs_end_where_multiples_lie_between_rows() -> None:
    assert [run.tolist() for run in aligned_runs(np.arange(5), 2)] == [[0, 1], [2, 3], [4]]
    assert aligned_runs(np.empty(0, np.int64), 2) == []


def test_the_compiled_loop_places_as_the_python_one() -> None:
    rng = np.random.default_rng(0)
    landmarks = rng.normal(size=(20, 2)).astype(np.float32)
    start = rng.normal(size=(5, 2)).astype(np.float32)
    neighbors = rng.integers(0, 20, (5, 3)).astype(np.int32)
    shares = rng.random((5, 3)).astype(np.float32)
    runs: list[Callable[..., None]] = [place, place.py_func]
    results = [start.copy(), start.copy()]
    with np.errstate(over="ignore"):
        for run, points in zip(runs, results, strict=True):
            run(points, np.arange(20, 25), landmarks, neighbors, shares, 4, np.float32(0.25), np.uint64(3))
    assert not np.array_equal(results[0], start)
    np.testing.assert_allclose(results[0], results[1], rtol=1e-3, atol=1e-4)
