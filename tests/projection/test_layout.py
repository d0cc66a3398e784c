from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from al_core.geometry import threads
from al_core.projection.layout import optimize_layout


def lay_out(
    points: list[list[float]], weights: list[list[float]], n_epochs: int = 1, **options: Any
) -> NDArray[np.float32]:
    return optimize_layout(
        np.array(points, np.float32),
        csr_array(np.array(weights, np.float32)),
        n_epochs=n_epochs,
        seed=0,
        progress=lambda done, total: None,
        **options,
    )


def test_a_point_without_weights_stays() -> None:
    points = lay_out([[0, 0], [1, 0], [9, 9]], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert points[2].tolist() == [9, 9]
    assert points[0].tolist() != [0, 0]


def test_an_edge_of_a_small_weight_takes_part_in_its_share_of_epochs() -> None:
    # Of 4 epochs an edge of weight 0.2 gets none: less than one.
    points = lay_out(
        [[0, 0], [1, 0], [5, 5], [6, 5]], [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0.2], [0, 0, 0.2, 0]], n_epochs=4
    )
    assert points[2:].tolist() == [[5, 5], [6, 5]]


def test_the_layout_is_the_same_for_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=(300, 2)).astype(np.float32)
    weights = csr_array((rng.random((300, 300)) < 0.05).astype(np.float32))

    def run() -> NDArray[np.float32]:
        return optimize_layout(start, weights, n_epochs=20, seed=1, progress=lambda done, total: None)

    expected = run()
    monkeypatch.setattr(threads, "n_cores", lambda: 5)
    np.testing.assert_array_equal(run(), expected)
    assert not np.array_equal(start, expected)


def test_progress_counts_epochs() -> None:
    calls: list[tuple[int, int]] = []
    weights = csr_array(np.array([[0, 1], [1, 0]], np.float32))
    optimize_layout(
        np.eye(2, dtype=np.float32),
        weights,
        n_epochs=3,
        seed=0,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls == [(1, 3), (2, 3), (3, 3)]
