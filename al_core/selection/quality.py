"""What a selection achieved: the mean score, how far it reaches, and how near its rows are to each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import nearest_within
from al_core.geometry.space import Space, is_small, nearest_squared_distances, squared_norms
from al_core.geometry.threads import workers
from al_core.selection.request import checked_rows, count_rows
from al_core.selection.vectors import LocalVectors, Vectors
from al_core.types import Embeddings, Rows, Scores


@dataclass(frozen=True)
class SelectionQuality:
    """What a selection achieved.

    Attributes:
        n_added: How many rows were added.
        mean_score: The mean score of the added rows; None without scores.
        covering_radius: The largest distance of a query row to its nearest chosen row; None without embeddings or
            chosen rows.
        smallest_distance: The smallest distance between an added row and another chosen row; None if there is no pair.
    """

    n_added: int
    mean_score: float | None = None
    covering_radius: float | None = None
    smallest_distance: float | None = None


def quality(
    embeddings: Embeddings | None,
    *,
    rows: Rows,
    preselected_rows: Rows | Sequence[int] = (),
    query_rows: Rows | None = None,
    scores: Scores | None = None,
    normalize: bool = True,
) -> SelectionQuality:
    """Return what adding `rows` to the preselected rows achieved; arguments are as in `select`.

    Without distances where a row has none, such as one of zeros that is to be normalized.

    Examples:
        >>> line = np.array([[0.0], [1.0], [5.0], [6.0]])
        >>> quality(line, rows=np.array([0, 3]), normalize=False)
        SelectionQuality(n_added=2, mean_score=None, covering_radius=1.0, smallest_distance=6.0)
    """
    asked = asked_quality(embeddings, rows, preselected_rows, query_rows, scores)
    if embeddings is None or not len(asked.chosen):
        return asked.without_distances()
    try:
        space = Space.from_embeddings(embeddings, asked.rows, normalize=normalize)
    except InvalidInputError:
        # What picks by distances has refused such a row already; the others pick as well without them.
        return asked.without_distances()
    return asked.measured(LocalVectors(space))


@dataclass(frozen=True, eq=False)
class AskedQuality:
    """The checked arguments of `quality`.

    Attributes:
        added: The rows that were added, ascending.
        chosen: They, and the preselected rows after them.
        query: The query rows, ascending.
        mean_score: The mean score of the added rows; None without scores.
    """

    added: Rows
    chosen: Rows
    query: Rows
    mean_score: float | None

    @property
    def rows(self) -> Rows:
        """All rows that are measured, ascending."""
        return np.union1d(self.query, self.chosen)

    def without_distances(self) -> SelectionQuality:
        """Return what needs no embeddings."""
        return SelectionQuality(len(self.added), self.mean_score, None, None)

    def measured(self, vectors: Vectors) -> SelectionQuality:
        """Return what the rows achieved, from their vectors."""
        return SelectionQuality(
            len(self.added),
            self.mean_score,
            _covering_radius(vectors, self.query, self.chosen),
            _smallest_distance(vectors, self.added, self.chosen),
        )


def asked_quality(
    embeddings: Embeddings | None,
    rows: Rows,
    preselected_rows: Rows | Sequence[int],
    query_rows: Rows | None,
    scores: Scores | None,
) -> AskedQuality:
    """Check the arguments of `quality`."""
    n_rows = count_rows(embeddings, scores)
    added = checked_rows(rows, n_rows, "rows")
    labeled = checked_rows(preselected_rows, n_rows, "preselected_rows")
    mean_score = float(np.mean(scores[added], dtype=np.float64)) if scores is not None and len(added) else None
    n_query = 0 if embeddings is None else len(embeddings)
    query = np.arange(n_query) if query_rows is None else checked_rows(query_rows, n_rows, "query_rows")
    return AskedQuality(added, np.concatenate([added, labeled]), query, mean_score)


def _covering_radius(vectors: Vectors, query: Rows, chosen: Rows) -> float:
    others = np.setdiff1d(query, chosen)
    if vectors.space is not None and is_small(vectors.space, len(others), len(chosen)):
        nearest = nearest_squared_distances(vectors.read(others), vectors.read(chosen))
        return float(np.sqrt(nearest.max(initial=0)))
    with vectors.search(others, chosen, 0, weights=np.ones(len(others), np.float32)) as search:
        # The row that k-center would pick next is the farthest from all chosen ones.
        return float(np.sqrt(search.highest_value()))


def _smallest_distance(vectors: Vectors, added: Rows, chosen: Rows) -> float | None:
    """Return the smallest distance between an added row and another; `chosen` starts with the added rows."""
    if len(chosen) < 2 or not len(added):
        return None
    space = vectors.space
    if space is None:
        # The chosen rows alone are few enough to be brought here.
        gathered = vectors.read(chosen)
        space = Space(gathered, None, squared_norms(gathered))
        chosen = np.arange(len(chosen))
        added = chosen[: len(added)]
    if is_small(space, len(added), len(chosen)):
        picked = space.vectors(chosen)
        # One row at a time, and without itself, which is at distance 0.
        return min(
            float(np.sqrt(nearest_squared_distances(picked[i : i + 1], np.delete(picked, i, axis=0))[0]))
            for i in range(len(added))
        )
    with workers() as pool:
        return float(nearest_within(space, added, chosen, 1, pool).distances.min())
