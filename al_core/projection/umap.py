"""Embeddings to two dimensions for the map."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors, nearest_within
from al_core.geometry.space import Space
from al_core.geometry.threads import workers
from al_core.types import Embeddings, Progress, Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

N_NEIGHBORS = 15  # umap-learn's default, the row itself included
N_LANDMARKS = 100_000
LANDMARKS_ABOVE = 200_000
MAX_COVARIANCE_DIMENSIONS = 1_024
POWER_STEPS = 6
CHUNK_ROWS = 8_192
PLACED_ROWS = 2_048


def pca_2d(embeddings: Embeddings, *, normalize: bool = True) -> NDArray[np.float32]:
    """Return the (N, 2) coordinates along the two directions of largest variance; larger first.

    The sign is fixed: the largest weight of each direction is positive.
    An embedding that already has two columns is returned as it is.

    Args:
        embeddings: (N, D), finite.
        normalize: Scale each row to length 1 first, as selection does.

    Raises:
        InvalidInputError: `embeddings` is not two-dimensional or holds NaN or infinite values.
    """
    _check(embeddings)
    if embeddings.shape[1] == 2:
        return np.array(embeddings, np.float32)
    return _principal_coordinates(embeddings, normalize)


def umap_2d(
    embeddings: Embeddings,
    *,
    seed: int,
    graph: NeighborGraph | None = None,
    normalize: bool = True,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the (N, 2) UMAP layout of the embeddings: near neighbours lie together.

    It starts from PCA. Without a graph, more than 200,000 rows are laid out in two steps: 100,000 random landmarks
    first, then every other row among its nearest landmarks. The same embeddings and seed give the same layout.
    An embedding that already has two columns is returned as it is.

    Args:
        embeddings: (N, D), finite.
        seed: Of the noise in the start, of the landmarks and of the repulsion.
        graph: The nearest neighbours of every row, 14 or more of each, if they are known.
        normalize: Scale each row to length 1 first, as selection does.
        progress: Called with (done, total) about every second; raise `Cancelled` in it to stop.

    Raises:
        InvalidInputError: `embeddings` is not two-dimensional or holds NaN or infinite values, or the graph is of
            another number of rows.

    Source: McInnes, Healy, Melville, arXiv:1802.03426.
    """
    _check(embeddings)
    if embeddings.shape[1] == 2:
        return np.array(embeddings, np.float32)
    if graph is not None and len(graph.indices) != len(embeddings):
        raise InvalidInputError(
            f"graph has {len(graph.indices)} rows but embeddings has {len(embeddings)}; build it from these embeddings"
        )
    start = _principal_coordinates(embeddings, normalize)
    if len(embeddings) < 5:
        return start
    rng = np.random.default_rng(seed)
    if graph is not None:
        return _lay_out(start, graph, rng, progress)
    if normalize:
        embeddings, normalize = _directed(embeddings)
    if count_landmarks(*embeddings.shape):
        return _lay_out_by_landmarks(embeddings, start, rng, normalize, progress)
    return _lay_out_neighbors(embeddings, start, rng, normalize, progress)


def count_landmarks(n_rows: int, width: int) -> int | None:
    """Return how many landmarks `umap_2d` lays out first when it gets no graph; None if it lays out every row.

    Examples:
        >>> count_landmarks(1_000_000, 128), count_landmarks(60_000, 784), count_landmarks(1_000_000, 2)
        (100000, None, None)
    """
    return N_LANDMARKS if n_rows > LANDMARKS_ABOVE and width != 2 else None


def _check(embeddings: Embeddings) -> None:
    if embeddings.ndim != 2 or not embeddings.shape[1]:
        raise InvalidInputError(f"embeddings must have shape (N, D), one row per sample, but has {embeddings.shape}")
    for start in range(0, len(embeddings), CHUNK_ROWS):
        is_finite = np.isfinite(embeddings[start : start + CHUNK_ROWS]).all(axis=1)
        if not is_finite.all():
            row = start + int(np.argmin(is_finite))
            raise InvalidInputError(f"embeddings must be finite, but row {row} holds NaN or infinite values")


def _chunks(embeddings: Embeddings, normalize: bool) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    for start in range(0, len(embeddings), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        chunk = np.asarray(embeddings[rows], np.float32)
        if normalize:
            lengths = np.sqrt(np.einsum("ij,ij->i", chunk, chunk))[:, None]
            chunk = np.asarray(chunk / np.where(lengths > 0, lengths, 1), np.float32)
        yield rows, chunk


def _directed(embeddings: Embeddings) -> tuple[Embeddings, bool]:
    """The embeddings and whether they still have to be normalised: they are here if a row has no direction."""
    if embeddings.any(axis=1).all():
        return embeddings, True
    return np.concatenate([chunk for _, chunk in _chunks(embeddings, normalize=True)]), False


def _principal_coordinates(embeddings: Embeddings, normalize: bool) -> NDArray[np.float32]:
    n_rows, width = embeddings.shape
    coordinates = np.zeros((n_rows, 2), np.float32)
    if n_rows == 0:
        return coordinates
    mean = np.zeros(width)
    for _, chunk in _chunks(embeddings, normalize):
        mean += chunk.sum(axis=0, dtype=np.float64)
    centre = (mean / n_rows).astype(np.float32)
    directions = _principal_directions(embeddings, centre, min(width, 2), normalize)
    directions *= np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(directions.shape[1])])
    for rows, chunk in _chunks(embeddings, normalize):
        coordinates[rows, : directions.shape[1]] = (chunk - centre) @ directions
    return coordinates


def _principal_directions(
    embeddings: Embeddings, centre: NDArray[np.float32], n_components: int, normalize: bool
) -> NDArray[np.float32]:
    from scipy.linalg import eigh

    width = len(centre)
    if width <= MAX_COVARIANCE_DIMENSIONS:
        covariance = np.zeros((width, width))
        for _, chunk in _chunks(embeddings, normalize):
            chunk = chunk - centre
            covariance += chunk.T @ chunk
        _, directions = eigh(covariance, subset_by_index=[width - n_components, width - 1])
        return np.ascontiguousarray(directions[:, ::-1], np.float32)
    return _iterated_directions(embeddings, centre, n_components, normalize)


def _iterated_directions(
    embeddings: Embeddings, centre: NDArray[np.float32], n_components: int, normalize: bool
) -> NDArray[np.float32]:
    # Block power iteration: a covariance of several thousand columns would take longer than all passes together.
    # Source: Halko, Martinsson, Tropp, arXiv:0909.4061, algorithm 4.4.
    block = np.random.default_rng(0).standard_normal((len(centre), n_components + 10)).astype(np.float32)
    images = block
    for _ in range(POWER_STEPS):
        block, _ = np.linalg.qr(images)
        images = np.zeros_like(block)
        for _, chunk in _chunks(embeddings, normalize):
            chunk = chunk - centre
            images += chunk.T @ (chunk @ block)
    _, rotation = np.linalg.eigh(block.T @ images)
    return np.ascontiguousarray(block @ rotation[:, ::-1][:, :n_components], np.float32)


def _lay_out_neighbors(
    embeddings: Embeddings,
    start: NDArray[np.float32],
    rng: np.random.Generator,
    normalize: bool,
    progress: Progress | None,
) -> NDArray[np.float32]:
    searching = _portion(progress, 0, 40)
    graph = nearest_neighbors(embeddings, N_NEIGHBORS - 1, normalize=normalize, progress=searching)
    return _lay_out(start, graph, rng, _portion(progress, 40, 100))


def _lay_out(
    start: NDArray[np.float32], graph: NeighborGraph, rng: np.random.Generator, progress: Progress | None
) -> NDArray[np.float32]:
    from al_core.projection import layout

    k = N_NEIGHBORS - 1
    own_rows = np.arange(len(start), dtype=np.int32)[:, None]
    weights = layout.neighbor_weights(
        np.hstack([own_rows, graph.indices[:, :k]]),
        np.hstack([np.zeros(own_rows.shape, np.float32), graph.distances[:, :k]]),
    )
    span = np.maximum(np.ptp(start, axis=0), np.float32(1e-12))
    noise = rng.normal(scale=1e-4, size=start.shape)  # separates duplicates, as in umap-learn
    points = (10 * (start - start.min(axis=0)) / span + noise).astype(np.float32)
    n_epochs = 500 if len(start) <= 10_000 else 200  # umap-learn's defaults
    return layout.improve(points, weights, n_epochs=n_epochs, seed=_draw_seed(rng), progress=progress)


def _lay_out_by_landmarks(
    embeddings: Embeddings,
    start: NDArray[np.float32],
    rng: np.random.Generator,
    normalize: bool,
    progress: Progress | None,
) -> NDArray[np.float32]:
    from al_core.projection import layout

    landmarks = np.sort(rng.choice(len(embeddings), N_LANDMARKS, replace=False))
    others = np.delete(np.arange(len(embeddings)), landmarks)
    points = np.zeros((len(embeddings), 2), np.float32)
    points[landmarks] = _lay_out_neighbors(
        embeddings[landmarks], start[landmarks], rng, normalize, _portion(progress, 0, 30)
    )
    weights = _landmark_weights(embeddings, landmarks, others, normalize, _portion(progress, 30, 90))
    totals = np.maximum(weights.sum(axis=1), np.float32(1e-12))
    points[others] = (weights @ points)[others] / totals[others, None]
    # As in umap-learn's transform: 30 epochs at a quarter of the rate, and what was laid out stays.
    moving = _portion(progress, 90, 100)
    return layout.improve(points, weights, n_epochs=30, rate=0.25, seed=_draw_seed(rng), progress=moving)


def _landmark_weights(
    embeddings: Embeddings, landmarks: Rows, others: Rows, normalize: bool, progress: Progress | None
) -> "csr_array":
    """Edge weights (N, N) from every other row to its nearest landmarks."""
    from al_core.projection import layout

    space = Space.of(embeddings, np.arange(len(embeddings)), normalize=normalize)
    found = []
    with workers() as pool:
        for first in range(0, len(others), PLACED_ROWS):
            part = others[first : first + PLACED_ROWS]
            found.append(nearest_within(space, part, landmarks, N_NEIGHBORS, pool))
            if progress:
                progress(first + len(part), len(others))
    indices = np.concatenate([part.indices for part in found])
    distances = np.concatenate([part.distances for part in found])
    return layout.weights_to_known(others, indices, distances, len(embeddings))


def _draw_seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 62))


def _portion(progress: Progress | None, start: int, stop: int) -> Progress | None:
    """Report the progress of one step as percent `start` to `stop` of the whole, in thousandths."""
    if progress is None:
        return None
    return lambda done, total: progress(10 * start + 10 * (stop - start) * done // total, 1_000)
