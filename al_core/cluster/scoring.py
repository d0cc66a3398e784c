"""Scoring class probabilities where they are: piece by piece here, or by workers that read their pieces themselves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import uname
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.cluster import Cluster, Task
from al_core.exceptions import InvalidInputError, MissingInputError, WorkspaceError
from al_core.formats.choices import ReadingChoices
from al_core.formats.predictions.predictions import MULTI_LABEL, ROW_CHECKS, Predictions
from al_core.formats.predictions.probability_files import ProbabilityFiles
from al_core.formats.predictions.probability_rows import ProbabilityRows
from al_core.formats.predictions.scale import convert, cut_to_probabilities, is_cut
from al_core.formats.predictions.scale_counts import Scale, ScaleCounts
from al_core.objects.address import is_address
from al_core.scorers import ScorerMultiLabel
from al_core.scorers.uncertainty import uncertainties
from al_core.types import Rows, Scores

PIECE_VALUES = 1 << 23
"""Probabilities of one piece, 32 MB of them: what a thread holds in memory, besides what it is sent."""


@dataclass(frozen=True)
class Reading:
    """How probabilities are read and scored: decided by all rows, and the same for every piece.

    Attributes:
        scale: What the numbers of most rows are.
        choices: Whether to apply a softmax.
        fills: Whether rows that cannot be used get equal probabilities.
        size: How many probabilities are scored in all.
    """

    scale: Scale
    choices: ReadingChoices
    fills: bool
    size: int


@dataclass(frozen=True, eq=False)
class PieceScores:
    """Scores of adjacent rows, and what is to be said of them.

    Attributes:
        n_rows: How many rows.
        task: Of the predictions.
        scores: (n,) by name, NaN where a row cannot be used.
        counts: On which scale the rows are.
        not_finite: Those that cannot be used, counted from the first of the piece, as all others.
        not_probabilities: Those that are used and sum to something else than 1.
        outside: Those beyond 0 to 1.
        n_rounded: How many were beyond by rounding, and cut.
    """

    n_rows: int
    task: str
    scores: dict[str, Scores]
    counts: ScaleCounts
    not_finite: Rows
    not_probabilities: Rows
    outside: Rows
    n_rounded: int


Scorer: TypeAlias = Callable[[ProbabilityFiles, Reading, Callable[[], None]], Iterator[PieceScores]]
"""Yields the scores of all rows of files, piece by piece in their order."""


@dataclass(frozen=True, eq=False)
class ScoreRows(Task):
    """The scores of a piece, by a worker.

    Attributes:
        rows: Of the piece.
        reading: How they are read.
        first_row: As the caller reads it, where machines may see other files under one path; empty for an address.
    """

    rows: ProbabilityRows
    reading: Reading
    first_row: bytes = b""

    def run(self, tick: Callable[[], None]) -> PieceScores:
        """Return the scores.

        Raises:
            MissingInputError: If this machine does not see a file.
            InvalidInputError: If a file ends too soon, or holds other rows.
            WorkspaceError: If this machine cannot read from the place.
        """
        try:
            matrix = self.rows.read(tick)
        except (InvalidInputError, MissingInputError, WorkspaceError) as error:
            raise type(error)(
                f"a worker on {uname().nodename} cannot read its rows: {error}. Let all workers reach the bucket, or "
                "mount the same storage at the same place"
            ) from error
        if self.first_row and matrix[:1].tobytes() != self.first_row:
            raise InvalidInputError(
                f"{self.rows.folder} holds other rows on {uname().nodename} than where the work was started: let all "
                "machines mount the same storage"
            )
        return score_matrix(matrix, self.reading)


def score_here(files: ProbabilityFiles, reading: Reading, tick: Callable[[], None]) -> Iterator[PieceScores]:
    """Yield the scores of all rows, of which one piece at a time is in memory; `tick` may raise to stop."""
    for start, stop in pieces(files):
        yield score_matrix(files.rows(start, stop).read(tick), reading)


def scorer_on(cluster: Cluster) -> Scorer:
    """Return what scores rows on the workers of a cluster: each reads its pieces itself."""

    def score_there(files: ProbabilityFiles, reading: Reading, tick: Callable[[], None]) -> Iterator[PieceScores]:
        is_shared = is_address(files.folder)
        tasks = (
            ScoreRows(
                files.rows(start, stop),
                reading,
                b"" if is_shared else files.rows(start, start + 1).read(tick).tobytes(),
            )
            for start, stop in pieces(files)
        )
        return cluster.stream(tasks, tick)

    return score_there


def pieces(files: ProbabilityFiles) -> Iterator[tuple[int, int]]:
    """Yield where each piece starts and stops."""
    step = max(1, PIECE_VALUES // files.n_classes)
    for start in range(0, files.n_rows, step):
        yield start, min(start + step, files.n_rows)


def score_matrix(matrix: NDArray[np.float32], reading: Reading) -> PieceScores:
    """Return the scores of some rows (n, C): what storing all of them as a file would give these."""
    counts = ScaleCounts.of(matrix)
    predictions = convert(Predictions(None, [], matrix), counts, reading.scale, reading.choices)
    matrix = predictions.outputs
    outside = np.empty(0, np.int64)
    n_rounded = 0
    if is_cut(reading.scale, reading.choices):
        cut = cut_to_probabilities(matrix)
        matrix = cut.matrix
        outside = cut.outside
        n_rounded = len(cut.rounded)
    checks = ROW_CHECKS[predictions.task]
    bad = checks.bad_rows(matrix)
    scores = _scores(predictions.task, matrix, bad.not_finite, reading, fills=reading.fills and checks.can_fill)
    return PieceScores(
        n_rows=len(matrix),
        task=predictions.task,
        scores=scores,
        counts=counts,
        not_finite=bad.not_finite,
        not_probabilities=bad.not_probabilities,
        outside=outside,
        n_rounded=n_rounded,
    )


def _scores(
    task: str, matrix: NDArray[np.float32], unusable: Rows, reading: Reading, *, fills: bool
) -> dict[str, Scores]:
    if len(unusable):
        # A row of NaN scores 0, and has no score in the end.
        matrix = matrix.copy()
        matrix[unusable] = 1 / matrix.shape[1]
    if task == MULTI_LABEL:
        scores = ScorerMultiLabel(matrix).calculate_scores()
    else:
        scores = uncertainties(matrix, size=reading.size)
    for values in scores.values() if not fills else ():
        values[unusable] = np.nan
    return scores
