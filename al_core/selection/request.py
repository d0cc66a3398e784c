"""What a method of selection is asked for, checked."""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, InvalidInputError, MissingInputError
from al_core.geometry.space import Space
from al_core.selection.goal_arrays import GoalArrays
from al_core.selection.limits import Limits, limits_of
from al_core.selection.shortage import Shortage
from al_core.selection.spacing import Spacing
from al_core.selection.vectors import LocalVectors, Vectors
from al_core.selection.vetoes import Purse
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph

# Distances whose squares are normal float32 numbers.
_LEAST_DISTANCE = 2e-19
_MOST_DISTANCE = 1e19


@dataclass(frozen=True)
class Request:
    """A selection request whose rows and counts are checked; a method asks it for the arrays that it needs.

    Attributes:
        candidates: Rows that may be picked, ascending: the query set minus the labeled set.
        labeled: Rows that count as already chosen, ascending.
        n_new: How many rows to pick at most.
        config: The configuration, seed included.
        embeddings: (N, D), if there are any.
        row_scores: (N,), if there are any.
        graph: Nearest neighbors of every row of the dataset, if the caller has them.
        progress: Called with (picked, total).
        arrays: What goals, limits and budget speak of.
        shards: The vectors, if they are on the workers of a cluster and not in `embeddings`.
    """

    candidates: Rows
    labeled: Rows
    n_new: int
    config: SelectionConfig
    embeddings: Embeddings | None
    row_scores: Scores | None
    graph: "NeighborGraph | None"
    progress: Progress
    arrays: GoalArrays = field(default_factory=GoalArrays)
    shards: Vectors | None = None

    @property
    def rows(self) -> Rows:
        """Candidates and labeled rows, ascending."""
        if not len(self.labeled):
            return self.candidates
        # Two sorted runs: a stable sort merges them.
        return np.sort(np.concatenate([self.candidates, self.labeled]), kind="stable")

    @property
    def seed(self) -> int:
        """What fixes every random choice; `select` draws one if the configuration has none."""
        return self.config.seed or 0

    @property
    def n_chosen(self) -> int:
        """How many rows are chosen in the end, labeled ones included."""
        return len(self.labeled) + self.n_new

    @property
    def least_squared_distance(self) -> np.float32:
        """What a squared distance to the nearest chosen row must reach."""
        if self.config.min_distance <= 0:
            return np.float32(0)
        # Squares beyond float32 would be 0, which copies of a chosen row reach, or infinite.
        return np.float32(np.clip(self.config.min_distance, _LEAST_DISTANCE, _MOST_DISTANCE) ** 2)

    def tick(self) -> None:
        """Report that nothing is picked yet, between two parts of what comes before that; it may raise to stop."""
        self.progress(0, self.n_new)

    def space(self) -> Space:
        """Return the space in which distances between labeled rows and candidates are measured.

        Raises:
            MissingInputError: If there are no embeddings.
            InvalidInputError: If a row cannot be measured.
        """
        if self.embeddings is None:
            raise MissingInputError(
                f"{self.config.method} with min_distance {self.config.min_distance:g} needs embeddings and there are "
                "none: add embeddings to the dataset first"
            )
        return Space.from_embeddings(self.embeddings, self.rows, normalize=self.config.normalize, tick=self.tick)

    def vectors(self) -> Vectors:
        """Return the vectors of labeled rows and candidates, wherever they are; raises what `space` raises."""
        return self.shards or LocalVectors(self.space(), self.tick)

    def spacing(self) -> Spacing | None:
        """Return what admits rows that keep `min_distance`, None if it is off."""
        if self.config.min_distance == -1:
            return None
        return self.vectors().spacing(self.labeled, self.least_squared_distance)

    def spacing_among(self, rows: Rows) -> Spacing | None:
        """Return the same for some rows, ascending, that are asked about in any order."""
        if self.config.min_distance == -1:
            return None
        return self.vectors().spacing_among(rows, self.labeled, self.least_squared_distance)

    def limits(self, rows: Rows) -> Limits:
        """Return which of the points `rows` may be picked, as picks go on."""
        limits = limits_of(self.config.limits, self.arrays, rows, self.labeled, self.n_new)
        costs = self.costs(rows)
        if costs is not None and self.config.budget:
            purse = Purse(costs, self.config.budget.total)
            limits.close(purse.too_dear())
            limits.add(purse)
        return limits

    def shortage(self, rows: Rows) -> Shortage:
        """Return how short the labeled rows and the picks are of what the points `rows` show."""
        return Shortage(self.config.goals, self.arrays, rows, self.labeled)

    def costs(self, rows: Rows) -> NDArray[np.float64] | None:
        """Return the price of each row, None without a budget.

        Raises:
            MissingInputError: If the budget counts objects, and it is unknown how many are expected.
            InvalidInputError: If a number of objects is not one from 0.
        """
        budget = self.config.budget
        if budget is None:
            return None
        counts_objects = budget.unit == "objects" or budget.per_object > 0
        if not counts_objects:
            return np.full(len(rows), float(budget.price_of(0)))
        if self.arrays.costs is None:
            raise MissingInputError(
                "the budget counts objects, and how many to expect is unknown: upload predictions of objects first, or "
                "give a price per image alone"
            )
        n_objects = np.asarray(self.arrays.costs[rows], np.float64)
        bad = np.flatnonzero(~((n_objects >= 0) & np.isfinite(n_objects)))
        if len(bad):
            raise InvalidInputError(
                f"{n_objects[bad[0]]} objects are expected on row {rows[bad[0]]}; that should be a number from 0"
            )
        return np.asarray(budget.price_of(n_objects), np.float64)

    def scores(self) -> NDArray[np.float64]:
        """Return the score of each candidate.

        Raises:
            MissingInputError: If there are no scores.
            InvalidInputError: If one is not a number from 0 to 1.
        """
        if self.row_scores is None:
            raise MissingInputError(
                f"{self.config.method} needs scores and there are none: pass scores= (one per row), "
                "or upload predictions for the query set first"
            )
        return checked_scores(self.row_scores[self.candidates], self.candidates)


def checked_scores(scores: Scores, rows: Rows) -> NDArray[np.float64]:
    """Return the scores of rows in double precision.

    Raises:
        InvalidInputError: If one is not a number from 0 to 1; it names the row.
    """
    numbers = np.asarray(scores, np.float64)
    # Negated, so that NaN is bad too.
    bad = np.flatnonzero(~((numbers >= 0) & (numbers <= 1)))
    if len(bad):
        raise InvalidInputError(f"the score of row {rows[bad[0]]} is {numbers[bad[0]]}; scores are numbers from 0 to 1")
    return numbers


def checked_rows(rows: Rows | Sequence[int], n_rows: int | None, name: str) -> Rows:
    """Return rows sorted, each a row of the dataset and named once.

    Raises:
        InvalidInputError: Otherwise, with the first row at fault.
    """
    numbers = np.asarray(rows)
    if numbers.ndim != 1 or (len(numbers) and numbers.dtype.kind not in "iu"):
        raise InvalidInputError(f"{name} is a list of row numbers, not {numbers.dtype} of shape {numbers.shape}")
    ordered = np.sort(numbers.astype(np.int64))
    if len(ordered) and ordered[0] < 0:
        raise InvalidInputError(f"{name} has row {ordered[0]}; rows are numbered from 0")
    if n_rows is not None and len(ordered) and ordered[-1] >= n_rows:
        first = ordered[np.searchsorted(ordered, n_rows)]
        raise InvalidInputError(f"{name} has row {first}, but the dataset has rows 0 to {n_rows - 1}")
    repeated = ordered[1:][np.diff(ordered) == 0]
    if len(repeated):
        raise InvalidInputError(f"{name} has row {repeated[0]} more than once; name each row once")
    return ordered


def count_rows(embeddings: Embeddings | None, scores: Scores | None) -> int | None:
    """Return the size of the dataset as its arrays tell it, None if there are none.

    Raises:
        InvalidInputError: If an array has the wrong shape or the two disagree.
    """
    if embeddings is not None and (embeddings.ndim != 2 or embeddings.dtype.kind != "f" or not embeddings.shape[1]):
        raise InvalidInputError(f"embeddings are floats of shape (N, D), not {embeddings.dtype} of {embeddings.shape}")
    if scores is not None and scores.ndim != 1:
        raise InvalidInputError(f"scores have shape (N,), not {scores.shape}")
    if isinstance(embeddings, np.memmap):
        _check_complete(embeddings)
    if embeddings is None:
        return None if scores is None else len(scores)
    if scores is not None and len(scores) != len(embeddings):
        raise InvalidInputError(f"there are {len(scores)} scores for {len(embeddings)} embeddings; score every row")
    return len(embeddings)


def _check_complete(embeddings: np.memmap) -> None:
    path = embeddings.filename
    expected = embeddings.offset + embeddings.nbytes
    # A map beyond the end of its file does not fail when it is read: it kills the process (SIGBUS).
    if path is not None and os.path.getsize(path) < expected:
        raise InvalidInputError(
            f"the embeddings need {expected} bytes of {os.fspath(path)}, but it ends after {os.path.getsize(path)}: "
            "it was cut short; write it again"
        )


def count_new(n_samples: int, n_candidates: int, n_labeled: int) -> int:
    """Return how many rows to pick so that there are `n_samples` (-1 for no limit), and warn if there are too few.

    Raises:
        InvalidInputError: If more are labeled than asked for, or nothing is left to pick.
    """
    has_limit = n_samples != -1
    n_new = n_samples - n_labeled if has_limit else n_candidates
    if n_new < 0:
        raise InvalidInputError(
            f"n_samples is {n_samples}, but {n_labeled} rows are preselected and count towards it; "
            f"ask for more than {n_labeled}"
        )
    if n_candidates == 0 and (n_new or not has_limit):
        raise InvalidInputError("nothing is left to select: every row of the query set is preselected")
    if n_new > n_candidates:
        message = f"asked for {n_new} new rows, but only {n_candidates} are left; selecting all {n_candidates}"
        # Names the line that calls `select`: this function, `prepared` and `select` come first.
        warnings.warn(message, ALCoreWarning, stacklevel=4)
    return min(n_new, n_candidates)
