"""Why this one? What each pick brought when it was made, and which chosen image it is nearest to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.evaluation.coverage import Pool, Ruler
from al_core.geometry.space import Space, product_distances, squared_distances
from al_core.selection import select
from al_core.types import Embeddings, Rows

# Rows that are compared at once.
_BLOCK = 4_096
_LARGEST_CURVE = 2_000


@dataclass(frozen=True)
class PickReason:
    """Why a row was picked.

    Attributes:
        row: The row.
        rank: From 1, in the order of picking.
        score: Its score; None without scores.
        added_coverage: By how much it raised the share of the uncertainty that is covered.
        nearest_row: The nearest row that was labeled or picked before it; None for the very first.
        distance: How far that one is.
    """

    row: int
    rank: int
    score: float | None
    added_coverage: float
    nearest_row: int | None
    distance: float | None


def explain(pool: Pool, rows: Rows, *, seed: int = 0) -> list[PickReason]:
    """Return why each row was picked.

    Args:
        pool: What the selection was made from.
        rows: Its rows in the order picked.
        seed: Of the selection; fixes which rows coverage is measured on.

    Examples:
        >>> line = np.array([[0.0], [1.0], [5.0], [6.0]])
        >>> pool = Pool(line, np.arange(4), np.array([0]), normalize=False)
        >>> [(reason.row, reason.nearest_row, reason.distance) for reason in explain(pool, np.array([3, 1]))]
        [(3, 0, 6.0), (1, 0, 1.0)]
    """
    if not len(rows):
        return []
    ruler = Ruler.for_selections(pool, [rows], seed)
    nearest, distances = _nearest_before(ruler.space, pool.labeled_rows, rows)
    gains = added_coverage(ruler, rows)
    return [
        PickReason(
            row=int(row),
            rank=place + 1,
            score=None if pool.scores is None else float(pool.scores[row]),
            added_coverage=float(gains[place]),
            nearest_row=None if nearest[place] < 0 else int(nearest[place]),
            distance=None if nearest[place] < 0 else float(distances[place]),
        )
        for place, row in enumerate(rows.tolist())
    ]


def added_coverage(ruler: Ruler, rows: Rows) -> NDArray[np.float64]:
    """Return (n,) what each pick adds to the weighted coverage of those before it; with it they add up to the whole."""
    if ruler.graph is None:
        return _added_on_sample(ruler, rows)
    graph = ruler.graph
    weights = np.zeros(len(graph.indices))
    open_rows = ruler.pool.open_rows
    weights[open_rows] = ruler.pool.weights(open_rows)
    covered = ruler.covered_along_graph(ruler.pool.labeled_rows, graph)
    gains = np.zeros(len(rows))
    for place, row in enumerate(rows.tolist()):
        # The pick covers itself fully, and the graph leaves it out of its own neighbors.
        reached = np.append(graph.indices[row], row)
        after = np.maximum(covered[reached], np.append(ruler.similarity(graph.distances[row]), 1.0))
        gains[place] = weights[reached] @ (after - covered[reached])
        covered[reached] = after
    return gains / float(weights.sum())


def _added_on_sample(ruler: Ruler, rows: Rows) -> NDArray[np.float64]:
    weights = ruler.pool.weights(ruler.rows)
    covered = ruler.similarity(np.sqrt(ruler.nearest))
    vectors = ruler.space.vectors(ruler.rows)
    gains = np.zeros(len(rows))
    # A block of distances of 5,000 sampled rows is 80 MB.
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        squares = np.maximum(product_distances(vectors, ruler.space.vectors(block)), 0)
        # A row covers itself in full, whatever rounding leaves of its distance.
        squares[ruler.rows[:, None] == block] = 0
        for place in range(len(block)):
            after = np.maximum(covered, ruler.similarity(np.sqrt(squares[:, place])))
            gains[start + place] = weights @ (after - covered)
            covered = after
    return gains / float(weights.sum())


def _nearest_before(space: Space, labeled: Rows, rows: Rows) -> tuple[Rows, NDArray[np.float32]]:
    """Return for each pick the nearest row labeled or picked before, -1 for none, and its distance."""
    before = np.concatenate([labeled, rows])
    # A pick may be compared with this many of them.
    n_before = len(labeled) + np.arange(len(rows))
    vectors = space.vectors(rows)
    nearest = np.full(len(rows), -1, np.int64)
    lowest = np.full(len(rows), np.inf, np.float32)
    for start in range(0, len(before), _BLOCK):
        others = before[start : start + _BLOCK]
        squares = product_distances(vectors, space.vectors(others))
        # Each pick is compared with those before it alone, and not with itself.
        squares[start + np.arange(len(others)) >= n_before[:, None]] = np.inf
        place = squares.argmin(axis=1)
        best = squares[np.arange(len(rows)), place]
        is_nearer = best < lowest
        nearest[is_nearer] = others[place[is_nearer]]
        lowest[is_nearer] = best[is_nearer]
    # Products round; the distance that is shown is measured as selections measure it.
    exact = np.sqrt(squared_distances(vectors, space.vectors(np.maximum(nearest, 0))))
    return nearest, np.where(nearest < 0, np.float32(np.inf), exact)


@dataclass(frozen=True, eq=False)
class SpacingCurve:
    """How many samples a minimum distance leaves.

    Attributes:
        rows: (n,) rows in the order of the farthest first.
        nearest_rows: (n,) the nearest row chosen before each; -1 for the very first.
        distances: (n,) how far that one is, falling.
        is_complete: Whether the curve ends because no rows are left, not because it is long enough.
    """

    rows: Rows
    nearest_rows: Rows
    distances: NDArray[np.float32]
    is_complete: bool

    def n_kept(self, min_distance: float) -> int:
        """Return how many new samples keep a minimum distance; if all do and the curve is incomplete, at least so many.

        0 means that a selection would add nothing.
        """
        return int((self.distances >= min_distance).sum())

    def distance_of(self, row: int) -> float:
        """Return how far a row of the curve is from the nearest one before it."""
        return float(self.distances[np.flatnonzero(self.rows == row)[0]])

    def pair_at(self, min_distance: float) -> tuple[int, int] | None:
        """Return two rows about as far apart as a minimum distance, to look at side by side; None if there are none."""
        paired = np.flatnonzero(self.nearest_rows >= 0)
        if not len(paired):
            return None
        place = paired[np.abs(self.distances[paired] - min_distance).argmin()]
        return int(self.rows[place]), int(self.nearest_rows[place])


def spacing_curve(
    embeddings: Embeddings, query_rows: Rows, labeled_rows: Rows, *, normalize: bool = True, seed: int = 0
) -> SpacingCurve:
    """Return how many samples each minimum distance keeps, from picking the farthest row again and again.

    CORESET with that minimum distance keeps exactly so many; other methods, which look at more than distance, at most
    a few times fewer. The curve ends after 2,000 rows.

    Args:
        embeddings: (N, D).
        query_rows: Rows that may be selected.
        labeled_rows: Rows already chosen, ascending.
        normalize: Whether embeddings are scaled to unit length.
        seed: Fixes the first row if nothing is labeled.

    Examples:
        >>> line = np.array([[0.0], [1.0], [5.0], [6.0]])
        >>> curve = spacing_curve(line, np.arange(4), np.array([0]), normalize=False)
        >>> [curve.n_kept(distance) for distance in (0.5, 1.5, 6.0, 7.0)], curve.pair_at(1)
        ([3, 1, 1, 0], (1, 0))
    """
    n_open = len(np.setdiff1d(query_rows, labeled_rows))
    n_picked = min(n_open, _LARGEST_CURVE)
    if not n_picked:
        nothing = np.empty(0, np.int64)
        return SpacingCurve(nothing, nothing, np.empty(0, np.float32), is_complete=True)
    config = SelectionConfig("CORESET", len(labeled_rows) + n_picked, normalize=normalize, seed=seed)
    rows = select(embeddings, config, query_rows=query_rows, preselected_rows=labeled_rows)
    space = Space.from_embeddings(embeddings, np.union1d(labeled_rows, rows), normalize=normalize)
    nearest, distances = _nearest_before(space, labeled_rows, rows)
    return SpacingCurve(rows, nearest, distances, is_complete=n_picked == n_open)
