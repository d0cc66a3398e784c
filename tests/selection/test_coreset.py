import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.config import SelectionConfig
from al_core.geometry import threads
from al_core.geometry.space import Space, squared_distances
from al_core.selection import quality, select
from al_core.selection.coreset import compiled_farthest_first, fast_farthest_first, plain_farthest_first
from al_core.selection.sketch import Sketches, main_directions

KINDS = {
    "gaussian": lambda rng, n, d: rng.normal(size=(n, d)),
    "grid": lambda rng, n, d: rng.integers(0, 3, (n, d)),
    "equal": lambda rng, n, d: np.full((n, d), 0.3),
    "corners": lambda rng, n, d: np.eye(n, d),
    "near duplicates": lambda rng, n, d: rng.normal(size=(n // 5 + 1, d)).repeat(5, 0)[:n] + 1e-4 * rng.random((n, d)),
    "far from zero": lambda rng, n, d: 100 + rng.normal(size=(n, d)),
    "all sizes": lambda rng, n, d: rng.normal(size=(n, d)) * 10 ** rng.uniform(-3, 3, (n, 1)),
}


def reference(vectors: np.ndarray, centers: np.ndarray, weights: np.ndarray, n: int, least: float) -> list[int]:
    """Greedy k-center in ten lines."""
    picked, free = [], np.ones(len(vectors), bool)
    nearest = np.min([squared_distances(vectors, center) for center in centers], axis=0)
    while len(picked) < n and (free & (nearest >= np.float32(least))).any():
        values = np.where(free & (nearest >= np.float32(least)), weights * nearest, -1)
        picked.append(int(np.argmax(values)))
        free[picked[-1]] = False
        nearest = np.minimum(nearest, squared_distances(vectors, vectors[picked[-1]]))
    return picked


@settings(max_examples=120)
@given(st.data())
def test_fast_compiled_and_plain_k_center_equal_ten_lines_of_numpy(request_for, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, dim, n_labeled = data.draw(st.integers(2, 300)), data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    vectors = KINDS[data.draw(st.sampled_from(sorted(KINDS)))](rng, n, dim).astype(np.float32)
    labeled = rng.permutation(n)[: min(n_labeled, n - 1)]
    spacing = data.draw(st.sampled_from([-1.0, 0.0, 0.5, 2.0]))
    total = len(labeled) + data.draw(st.integers(1, n - len(labeled)))
    weights = rng.choice(np.float32(data.draw(st.sampled_from([[1], [0, 0.25, 1]]))), n - len(labeled))
    request = request_for(vectors, SelectionConfig("CORESET", total, spacing, normalize=False), labeled=labeled)
    candidates = request.candidates
    expected = candidates[
        reference(vectors[candidates], vectors[request.labeled], weights, request.n_new, max(spacing, 0) ** 2)
    ]
    for pick in (fast_farthest_first, compiled_farthest_first, plain_farthest_first):
        picked = pick(request.space(), candidates, request.labeled, weights, request)
        np.testing.assert_array_equal(picked, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_rows_give_the_rows_of_the_plain_loop_for_any_number_of_threads(request_for, monkeypatch, kind):
    vectors = KINDS[kind](np.random.default_rng(1), 6000, 20).astype(np.float32)
    request = request_for(vectors, SelectionConfig("CORESET", 300, normalize=False), labeled=[7, 4000])
    arguments = request.space(), request.candidates, request.labeled, np.ones(5998, np.float32), request
    expected = plain_farthest_first(*arguments)
    for n_threads in (1, 3):
        monkeypatch.setattr(threads, "n_cores", lambda n=n_threads: n)
        np.testing.assert_array_equal(fast_farthest_first(*arguments), expected)


SPREADS = {
    "few directions": lambda rng, n, d: rng.normal(size=(n, 12)) @ rng.normal(size=(12, d)) + 0.1 * rng.random((n, d)),
    "many directions": lambda rng, n, d: rng.normal(size=(n, d)),
    "one direction": lambda rng, n, d: rng.normal(size=(n, 1)) * np.ones(d),
    "misleading sample": lambda rng, n, d: np.where(
        np.arange(n)[:, None] % 3 > 0, np.outer(rng.normal(size=n), np.ones(d)), 0.5 * rng.normal(size=(n, d))
    ),
    "far from zero": lambda rng, n, d: 50 + rng.normal(size=(n, 12)) @ rng.normal(size=(12, d)),
    "near duplicates": lambda rng, n, d: (
        (rng.normal(size=(n // 5 + 1, 12)) @ rng.normal(size=(12, d))).repeat(5, 0)[:n] + 1e-4 * rng.random((n, d))
    ),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("spread", SPREADS)
def test_sketches_of_long_vectors_change_no_row(request_for, spread, normalize, dtype):
    vectors = SPREADS[spread](np.random.default_rng(2), 900, 270).astype(dtype)
    config = SelectionConfig("CORESET", 250, normalize=normalize)
    request = request_for(vectors, config, labeled=range(0, 900, 20))
    arguments = request.space(), request.candidates, request.labeled, np.ones(855, np.float32), request
    np.testing.assert_array_equal(fast_farthest_first(*arguments), plain_farthest_first(*arguments))


EXTREMES = {
    "equal": lambda rng, n, d: np.full((n, d), 0.3),
    "zeros": lambda rng, n, d: np.zeros((n, d)),
    "all sizes": lambda rng, n, d: SPREADS["few directions"](rng, n, d) * 10 ** rng.uniform(-3, 3, (n, 1)),
    "longest allowed": lambda rng, n, d: SPREADS["few directions"](rng, n, d) * 3e15,
    "mostly zeros": lambda rng, n, d: SPREADS["few directions"](rng, n, d) * (rng.random((n, 1)) < 0.1),
}


@pytest.mark.parametrize("extreme", EXTREMES)
def test_sketches_of_extreme_vectors_change_no_row(request_for, extreme):
    vectors = EXTREMES[extreme](np.random.default_rng(4), 900, 270).astype(np.float32)
    request = request_for(vectors, SelectionConfig("CORESET", 250, normalize=False), labeled=[3])
    arguments = request.space(), request.candidates, request.labeled, np.ones(899, np.float32), request
    np.testing.assert_array_equal(fast_farthest_first(*arguments), plain_farthest_first(*arguments))


@pytest.mark.parametrize("spread", SPREADS)
def test_the_product_of_two_sketches_is_at_least_that_of_their_vectors(spread):
    vectors = SPREADS[spread](np.random.default_rng(3), 600, 270).astype(np.float32)
    rows = np.arange(600)
    space = Space.of(vectors, rows, normalize=False)
    with threads.workers() as pool:
        basis = main_directions(vectors[:300], 31, np.random.default_rng(0))
        sketches = Sketches(space, basis, rows, 100, pool)
        sketches.append(slice(0, 100), rows[:100])
    exact = vectors.astype(np.float64)
    slack = sketches.tolerance * (space.norms[:, None] + space.norms[:100]) / 2
    assert np.all(sketches.points @ sketches.centres.T + slack >= exact @ exact[:100].T)


def test_a_memory_map_is_read_where_it_is(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(3000, 33)).astype(np.float32)
    np.save(tmp_path / "rows.npy", vectors)
    on_disk = np.load(tmp_path / "rows.npy", mmap_mode="r")
    config = SelectionConfig("CORESET", 600)
    np.testing.assert_array_equal(select(on_disk, config), select(vectors, config))


def test_coreset_starts_at_the_lowest_query_row_and_takes_the_farthest_next():
    line = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    config = SelectionConfig("CORESET", 3, normalize=False)
    assert select(line, config, query_rows=np.array([3, 1, 2])).tolist() == [1, 3, 2]


def test_coreset_prefers_the_lowest_row_among_equals():
    square = np.array([[0, 0], [0, 1], [1, 0], [-1, 0], [0, -1]], np.float32)
    config = SelectionConfig("CORESET", 3, normalize=False)
    assert select(square, config, preselected_rows=[0]).tolist() == [1, 2]


def test_coreset_tells_duplicates_at_a_distance_of_one_ten_thousandth_apart():
    base = np.random.default_rng(0).normal(size=(3000, 64)).astype(np.float32)
    shifted = base.copy()
    shifted[:, 0] += 1e-4
    config = SelectionConfig("CORESET", -1, 5e-5, normalize=False)
    added = select(np.concatenate([base, shifted]), config, preselected_rows=range(3000))
    assert sorted(added) == list(range(3000, 6000))
    config = SelectionConfig("CORESET", -1, 2e-4, normalize=False)
    assert len(select(np.concatenate([base, shifted]), config, preselected_rows=range(3000))) == 0


def test_the_quality_of_a_large_selection_equals_its_definition():
    embeddings = np.random.default_rng(0).normal(size=(3000, 64))
    rows = select(embeddings, SelectionConfig("RANDOM", 400, seed=0))
    squares = (embeddings**2).sum(axis=1)
    distances = np.sqrt((squares[:, None] + squares[rows] - 2 * embeddings @ embeddings[rows].T).clip(0))
    result = quality(embeddings, rows=rows, normalize=False)
    np.fill_diagonal(between := distances[rows], np.inf)
    others = np.delete(distances, rows, axis=0)
    assert result.covering_radius == pytest.approx(others.min(axis=1).max(), rel=1e-6)
    assert result.smallest_distance == pytest.approx(between.min(), rel=1e-6)
