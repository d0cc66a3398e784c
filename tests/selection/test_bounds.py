from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from al_core.geometry.space import Space, nearest_squared_distances
from al_core.geometry.threads import workers
from al_core.selection import bounds as bounds_module
from al_core.selection.bounds import Bounds

VECTORS = np.random.default_rng(0).normal(size=(1_300, 20)).astype(np.float32)
ROWS = np.arange(300, 1_300)
CENTERS = np.arange(300)


@pytest.fixture
def build() -> Iterator[Callable[..., Bounds]]:
    space = Space.from_embeddings(VECTORS, np.arange(len(VECTORS)), normalize=False)
    with workers() as pool:
        yield lambda least=0.0, n_new=0, weight=1.0: Bounds(
            space,
            ROWS,
            VECTORS[CENTERS],
            n_new,
            pool,
            weights=np.full(len(ROWS), weight, np.float32),
            least=np.float32(least),
            tick=lambda: None,
        )


def exact() -> np.ndarray:
    return nearest_squared_distances(VECTORS[ROWS], VECTORS[CENTERS])


def test_a_refreshed_point_has_its_exact_distance(build: Callable[..., Any]) -> None:
    bounds = build()
    bounds.refresh(np.array([3, 999, 500]), np.float32(0))
    assert bounds.nearest[[3, 500, 999]].tolist() == exact()[[3, 500, 999]].tolist()
    assert bounds.seen[[3, 4]].tolist() == [300, 0]


def test_any_number_of_blocks_gives_the_same_distances(
    build: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds_module, "_BLOCK_POINTS", 100)
    monkeypatch.setattr(bounds_module, "_FIRST_CENTERS", 7)
    monkeypatch.setattr(bounds_module, "_BLOCK_CENTERS", 64)
    bounds = build()
    bounds.refresh(np.arange(1_000), np.float32(0))
    np.testing.assert_array_equal(bounds.nearest, exact())


def test_a_point_that_fell_below_what_matters_keeps_a_bound_that_is_true(
    build: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds_module, "_FIRST_CENTERS", 16)
    monkeypatch.setattr(bounds_module, "_BLOCK_CENTERS", 16)
    bounds = build()
    drop = np.quantile(exact(), 0.9).astype(np.float32)
    bounds.refresh(np.arange(1_000), drop)
    assert (bounds.seen < 300).any()
    assert (bounds.nearest >= exact()).all()
    is_running = bounds.values(slice(None)) >= drop
    np.testing.assert_array_equal(bounds.nearest[is_running], exact()[is_running])


def test_a_value_is_weight_times_distance_or_minus_one_below_the_least(build: Callable[..., Any]) -> None:
    bounds = build(least=np.median(exact()), weight=2)
    bounds.refresh(np.arange(1_000), np.float32(-1))
    values = bounds.values(slice(None))
    is_far = exact() >= bounds.least
    np.testing.assert_array_equal(values[is_far], 2 * exact()[is_far])
    assert set(values[~is_far].tolist()) == {-1}


def test_centers_are_counted_in_one_after_the_other(build: Callable[..., Any]) -> None:
    bounds = build(n_new=2)
    bounds.refresh(np.arange(1_000), np.float32(0))
    bounds.add_centers(VECTORS[ROWS[[7]]])
    bounds.refresh(np.array([7]), np.float32(0))
    assert (bounds.n_centers, bounds.nearest[7], bounds.seen[7]) == (301, 0, 301)
