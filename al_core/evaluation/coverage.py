"""How well selections cover what the model is unsure about, measured alike for a selection and for RANDOM's draws.

S are the labeled rows and the picks, u the scores, z the embeddings: C_u = Σ u_i max_s K_is / Σ u_i with
K_is = exp(-|z_i - z_s|² / sigma²), and sigma the median distance at which a row has N / |S| neighbors. CORAL maximizes
this sum (decision 014), so it can tell that a selection covers less than RANDOM, not that its labels teach more.

Coverage is summed along the neighbor graph if the graph reaches as far as one label's share of the data; where few
labels stand for many rows it does not, and distances to all of S are measured from a sample of rows (decision 090).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import Space, product_distances
from al_core.types import Embeddings, Rows, Scores

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph

# Multiplications spent on distances: about half a second on two cores, and more in proportion beyond 100,000 rows.
_WORK = 2e10
_WORK_ROWS = 100_000
# A 95 % quantile of fewer rows would be the value of a handful; more rows no longer move it.
_LEAST_SAMPLED = 400
_MOST_SAMPLED = 5_000
# Rows whose neighbors are counted to find sigma.
_SIGMA_ROWS = 300
_SIGMA_REFERENCES_PER_LABEL = 10
_LEAST_REFERENCES = 2_000
_MOST_REFERENCES = 20_000
# A list of 32 neighbors holds a chosen row almost surely if every fourth row is chosen.
_SHARES_IN_LIST = 8
_MOST_GRAPH_SAMPLED = 20_000
_BLOCK = 4_096
_FAR_QUANTILE = 0.95
_LEAST_SIGMA = 1e-30


@dataclass(frozen=True, eq=False)
class Pool:
    """What a selection is made from.

    Attributes:
        embeddings: (N, D).
        query_rows: Rows that could be selected, ascending.
        labeled_rows: Rows chosen before, ascending.
        scores: (N,) scores; None weighs all rows alike.
        graph: Nearest neighbors of all rows, if there are any.
        normalize: Whether embeddings are scaled to unit length.
    """

    embeddings: Embeddings
    query_rows: Rows
    labeled_rows: Rows
    scores: Scores | None = None
    graph: "NeighborGraph | None" = None
    normalize: bool = True

    @property
    def open_rows(self) -> Rows:
        """Rows to cover: the query set without what is labeled."""
        return np.setdiff1d(self.query_rows, self.labeled_rows, assume_unique=True)

    def weights(self, rows: Rows) -> NDArray[np.float64]:
        """Return what covering each row is worth; scores that are all 0 say nothing."""
        if self.scores is None:
            return np.ones(len(rows))
        weights = np.asarray(self.scores[rows], np.float64)
        return weights if weights.sum() > 0 else np.ones(len(rows))


@dataclass(frozen=True)
class Coverage:
    """What one selection covers.

    Attributes:
        covered: C_u, 0 to 1.
        redundancy: Share of picks with another chosen row nearer than sigma / 2.
        far_distance: 95 % of the open rows are at most so far from a chosen one.
    """

    covered: float
    redundancy: float
    far_distance: float


@dataclass(frozen=True, eq=False)
class Ruler:
    """What all selections of one pool are measured with: the same rows and the same sigma.

    Attributes:
        pool: The pool.
        sigma: The distance over which a chosen row covers others.
        rows: A sample of the open rows, from which distances are measured.
        nearest: (n,) squared distance of each sampled row to the nearest labeled row.
        space: The space of distances.
        graph: The graph, if it reaches one label's share of the data.
    """

    pool: Pool
    sigma: float
    rows: Rows
    nearest: NDArray[np.float32]
    space: Space
    graph: "NeighborGraph | None"

    @classmethod
    def for_selections(cls, pool: Pool, selections: Sequence[Rows], seed: int = 0) -> "Ruler":
        """Return the ruler for some selections of about the same size.

        Args:
            pool: What they are made from.
            selections: The rows each of them adds.
            seed: Fixes which rows are sampled.
        """
        rng = np.random.default_rng(seed)
        open_rows = pool.open_rows
        n_labeled = len(pool.labeled_rows)
        n_chosen = n_labeled + max(len(rows) for rows in selections)
        # For how many rows each chosen one stands: N / |S|.
        share = max(1.0, (len(open_rows) + n_labeled) / n_chosen)
        n_measured = n_labeled + sum(len(rows) for rows in selections)
        sampled = _sample(open_rows, _n_sampled(pool, n_measured, share), rng)
        graph = pool.graph if pool.graph is not None and share <= pool.graph.indices.shape[1] else None
        if graph is None:
            n_references = np.clip(_SIGMA_REFERENCES_PER_LABEL * n_chosen, _LEAST_REFERENCES, _MOST_REFERENCES)
            references = _sample(open_rows, int(n_references), rng)
        else:
            # The graph has the neighbors of each row already.
            references = open_rows[:0]
        involved = np.unique(np.concatenate([sampled, references, pool.labeled_rows, *selections]))
        space = Space.from_embeddings(pool.embeddings, involved, normalize=pool.normalize)
        if graph is not None:
            sigma = float(np.median(graph.distances[:, round(share) - 1]))
        else:
            sigma = _sigma(space, _sample(sampled, _SIGMA_ROWS, rng), references, len(references) / n_chosen)
        nearest = _nearest(space, sampled, pool.labeled_rows)
        return cls(pool, max(sigma, _LEAST_SIGMA), sampled, nearest, space, graph)

    def measure(self, rows: Rows) -> Coverage:
        """Return what adding some rows to the labeled ones covers."""
        distances = self.distances(rows)
        if self.graph is not None:
            open_rows = self.pool.open_rows
            chosen = np.concatenate([self.pool.labeled_rows, rows])
            covered = self.covered_along_graph(chosen, self.graph)[open_rows]
            weights = self.pool.weights(open_rows)
        else:
            covered = self.similarity(distances)
            weights = self.pool.weights(self.rows)
        return Coverage(
            covered=float(weights @ covered / weights.sum()),
            redundancy=self._redundancy(rows),
            far_distance=float(np.quantile(distances, _FAR_QUANTILE)),
        )

    def distances(self, rows: Rows) -> NDArray[np.float32]:
        """Return (n,) the distance of each sampled row to the nearest labeled or added row."""
        chosen = np.concatenate([self.pool.labeled_rows, rows])
        if self.graph is not None and _SHARES_IN_LIST * len(self.pool.open_rows) <= (
            len(chosen) * self.graph.indices.shape[1]
        ):
            return self._distances_along_graph(chosen, self.graph)
        return np.sqrt(np.minimum(self.nearest, _nearest(self.space, self.rows, rows)))

    def similarity(self, distances: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return how well a row at some distance is covered, 0 to 1."""
        return np.asarray(np.exp(-np.square(np.asarray(distances, np.float64) / self.sigma)))

    def covered_along_graph(self, chosen: Rows, graph: "NeighborGraph") -> NDArray[np.float64]:
        """Return (N,) how well each row of the dataset is covered by chosen ones that it is a neighbor of."""
        covered = np.zeros(len(graph.indices))
        similarities = self.similarity(graph.distances[chosen])
        # `maximum.at`, because one row may be a neighbor of several chosen ones.
        np.maximum.at(covered, graph.indices[chosen].ravel(), similarities.ravel())
        covered[chosen] = 1
        return covered

    def _distances_along_graph(self, chosen: Rows, graph: "NeighborGraph") -> NDArray[np.float32]:
        is_chosen = np.zeros(len(graph.indices), bool)
        is_chosen[chosen] = True
        hits = is_chosen[graph.indices[self.rows]]
        # A row without a chosen neighbor is at least as far as its last one.
        first = np.where(hits.any(axis=1), hits.argmax(axis=1), hits.shape[1] - 1)
        return np.where(is_chosen[self.rows], np.float32(0), graph.distances[self.rows, first])

    def _redundancy(self, rows: Rows) -> float:
        """Return the share of picks with another chosen row nearer than sigma / 2."""
        if not len(rows):
            return 0.0
        chosen = np.concatenate([rows, self.pool.labeled_rows])
        if self.graph is not None:
            is_chosen = np.zeros(len(self.graph.indices), bool)
            is_chosen[chosen] = True
            is_near = self.graph.distances[rows] < self.sigma / 2
            return float((is_chosen[self.graph.indices[rows]] & is_near).any(axis=1).mean())
        n_checked = int(np.clip(_WORK / (40 * len(chosen) * self.space.dim), 100, len(rows)))
        # Picks come in the order of their worth; an even spread over them stands for all.
        places = np.unique(np.linspace(0, len(rows) - 1, n_checked).astype(int))
        nearest = np.full(len(places), np.inf, np.float32)
        vectors = self.space.vectors(rows[places])
        for start in range(0, len(chosen), _BLOCK):
            others = chosen[start : start + _BLOCK]
            squares = product_distances(vectors, self.space.vectors(others))
            # A pick does not repeat itself.
            squares[rows[places][:, None] == others] = np.inf
            np.minimum(nearest, squares.min(axis=1), out=nearest)
        return float((nearest < (self.sigma / 2) ** 2).mean())


def _n_sampled(pool: Pool, n_measured: int, share: float) -> int:
    """Return from how many rows distances are measured in the time there is."""
    if pool.graph is not None and share * _SHARES_IN_LIST <= pool.graph.indices.shape[1]:
        return _MOST_GRAPH_SAMPLED
    work = _WORK * max(1.0, len(pool.embeddings) / _WORK_ROWS)
    return int(np.clip(work / (n_measured * pool.embeddings.shape[1]), _LEAST_SAMPLED, _MOST_SAMPLED))


def _sample(rows: Rows, n: int, rng: np.random.Generator) -> Rows:
    return rows if n >= len(rows) else np.sort(rng.choice(rows, n, replace=False))


def _sigma(space: Space, rows: Rows, references: Rows, n_near: float) -> float:
    """Return the median distance within which a row has so many of the references."""
    squares = product_distances(space.vectors(rows), space.vectors(references))
    # A row is not among its own neighbors.
    squares[rows[:, None] == references] = np.inf
    nth = int(np.clip(round(n_near), 1, max(len(references) - 1, 1))) - 1
    nearest = np.partition(squares, nth, axis=1)[:, nth]
    finite = nearest[np.isfinite(nearest)]
    return float(np.median(np.sqrt(np.maximum(finite, 0)))) if len(finite) else 0.0


def _nearest(space: Space, rows: Rows, chosen: Rows) -> NDArray[np.float32]:
    """Return (n,) the squared distance of rows to the nearest of the chosen, infinite if there are none."""
    nearest = np.full(len(rows), np.inf, np.float32)
    # |b|² - 2ab as one product, (-2a, 1) times (b, |b|²): passes over the distances would cost as much again.
    vectors = np.column_stack([-2 * space.vectors(rows), np.ones(len(rows), np.float32)])
    for start in range(0, len(chosen), _BLOCK):
        others = chosen[start : start + _BLOCK]
        squares = vectors @ np.column_stack([space.vectors(others), space.norms[others]]).T
        np.minimum(nearest, squares.min(axis=1), out=nearest)
    # Products round: a chosen row itself may come out a hair away, or below 0.
    squares = np.maximum(nearest + space.norms[rows], np.float32(0))
    return np.where(np.isin(rows, chosen), np.float32(0), squares)
