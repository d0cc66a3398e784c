import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import Cancelled, InvalidInputError
from al_core.geometry.neighbors import NeighborGraph
from al_core.projection import umap
from al_core.projection.pca import pca_2d
from al_core.projection.umap import umap_2d

LABELS = np.arange(120) % 6


def six_clouds(copies: int = 1) -> NDArray[np.float32]:
    """Clouds along six axes: two dimensions are too few for PCA to show them apart."""
    labels = np.tile(LABELS, copies)
    rows = np.random.default_rng(0).normal(scale=0.1, size=(len(labels), 8)).astype(np.float32)
    rows[np.arange(len(labels)), labels] += 1
    return rows


def exact_graph(rows: NDArray[np.float32], k: int) -> NeighborGraph:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    distances = np.linalg.norm(unit[:, None] - unit, axis=2)
    np.fill_diagonal(distances, np.inf)
    indices = np.argsort(distances, axis=1)[:, :k].astype(np.int32)
    return NeighborGraph(indices, np.take_along_axis(distances, indices, axis=1).astype(np.float32))


def purity(points: NDArray[np.float32], labels: NDArray[np.int64] = LABELS) -> float:
    """Share of points whose nearest point has the same label."""
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((labels[distances.argmin(axis=1)] == labels).mean())


def test_two_columns_are_returned_as_they_are() -> None:
    embeddings = np.array([[5, 1], [0, 0], [-3, 2]])
    assert umap_2d(embeddings, seed=0).tolist() == [[5, 1], [0, 0], [-3, 2]]


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5, 9])
@pytest.mark.parametrize("width", [1, 3, 40])
def test_every_small_number_of_rows_has_finite_points(n: int, width: int) -> None:
    embeddings = np.random.default_rng(0).normal(size=(n, width))
    points = umap_2d(embeddings, seed=0)
    assert points.shape == (n, 2)
    assert np.isfinite(points).all()


@pytest.mark.parametrize("value", [0, 1])
def test_equal_rows_have_finite_points(value: int) -> None:
    embeddings = np.full((40, 3), value, np.float32)
    assert np.isfinite(umap_2d(embeddings, seed=0)).all()


def test_a_row_without_direction_has_a_place_too() -> None:
    embeddings = six_clouds()
    embeddings[7] = 0
    assert np.isfinite(umap_2d(embeddings, seed=0)).all()


def test_umap_separates_clouds_that_pca_mixes() -> None:
    embeddings = six_clouds()
    assert purity(pca_2d(embeddings)) < 0.95
    assert purity(umap_2d(embeddings, seed=0)) == 1


def test_a_seed_gives_the_same_layout_twice_whatever_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings = six_clouds()
    expected = umap_2d(embeddings, seed=3)
    monkeypatch.setattr("al_core.geometry.threads.n_cores", lambda: 5)
    assert np.array_equal(umap_2d(embeddings, seed=3), expected)
    assert not np.array_equal(umap_2d(embeddings, seed=4), expected)


def test_a_graph_replaces_the_search() -> None:
    embeddings = six_clouds()
    of_other_rows = exact_graph(np.roll(embeddings, 1, axis=0)[::-1], k=20)
    points = umap_2d(embeddings, seed=0, graph=of_other_rows)
    assert purity(points, np.roll(LABELS, 1)[::-1]) == 1


def test_landmarks_keep_the_clouds_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(umap, "LANDMARKS_ABOVE", 300)
    monkeypatch.setattr(umap, "N_LANDMARKS", 200)
    points = umap_2d(six_clouds(copies=5), seed=0)
    assert purity(points, np.tile(LABELS, 5)) == 1
    assert np.array_equal(umap_2d(six_clouds(copies=5), seed=0), points)


def test_progress_rises_to_its_total() -> None:
    calls: list[tuple[int, int]] = []
    umap_2d(six_clouds(), seed=0, progress=lambda done, total: calls.append((done, total)))
    assert calls == sorted(calls)
    assert calls[-1] == (1_000, 1_000)
    assert len(calls) > 100


def test_a_cancel_in_the_middle_stops_the_layout() -> None:
    def cancel(done: int, total: int) -> None:
        if done > total / 2:
            raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled, match="stopped by the user"):
        umap_2d(six_clouds(), seed=0, progress=cancel)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    umap_2d(six_clouds(), seed=0, progress=lambda done, total: None)
    assert capfd.readouterr() == ("", "")


def test_a_graph_of_other_embeddings_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="graph has 120 rows but embeddings has 119"):
        umap_2d(six_clouds()[1:], seed=0, graph=exact_graph(six_clouds(), k=15))
