"""Probabilities scored by workers; tests/steps/test_probabilities.py compares the scores with this machine's."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.cluster import scoring
from al_core.cluster.cluster import Task
from al_core.cluster.in_process import InProcessCluster
from al_core.cluster.scoring import Reading, score_here, scorer_on
from al_core.exceptions import ALCoreError, InvalidInputError, MissingInputError, WorkspaceError
from al_core.formats import ReadingChoices
from al_core.formats.predictions import probability_rows
from al_core.formats.predictions.probability_files import ProbabilityFiles
from al_core.formats.predictions.scale_counts import Scale
from al_core.objects.objects import Objects

MATRIX = np.random.default_rng(0).dirichlet(np.ones(4), 50)
READING = Reading(Scale.PROBABILITIES, ReadingChoices(), fills=False, size=MATRIX.size)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProbabilityFiles:
    """Of which a piece has ten rows."""
    monkeypatch.setattr(scoring, "PIECE_VALUES", 40)
    np.save(tmp_path / "p.npy", MATRIX)
    return ProbabilityFiles.at(str(tmp_path / "p.npy"))


class Elsewhere(InProcessCluster):
    """Workers on machines where something has happened to the files that the caller sees."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__(2)
        self._happens = happens

    def stream(self, tasks: Iterable[Task], tick: Callable[[], None]) -> Iterator[Any]:
        """Yield the result of each task in order."""
        made = list(tasks)
        self._happens()
        return super().stream(made, tick)


def score(cluster: InProcessCluster, files: ProbabilityFiles) -> None:
    list(scorer_on(cluster)(files, READING, lambda: None))


def test_pieces_follow_each_other_and_only_one_is_read_at_a_time(files: ProbabilityFiles) -> None:
    n_ticks = 0

    def tick() -> None:
        nonlocal n_ticks
        n_ticks += 1

    scores = score_here(files, READING, tick)
    first = next(scores)
    assert (first.n_rows, n_ticks) == (10, 1)
    assert [piece.n_rows for piece in scores] == [10] * 4


@pytest.mark.parametrize(
    ("happens", "error", "said"),
    [
        (lambda path: np.save(path, MATRIX[::-1]), InvalidInputError, "holds other rows on .* mount the same storage"),
        (
            lambda path: os.truncate(path, 1_000),
            InvalidInputError,
            r"worker on .* cut short: p\.npy is shorter .* again",
        ),
        (
            os.unlink,
            MissingInputError,
            r"a worker on .* is not there .*p\.npy.* mount the same storage at the same place",
        ),
    ],
)
def test_a_worker_that_sees_other_files_than_the_caller_is_said(
    files: ProbabilityFiles, happens: Callable[[str], object], error: type[ALCoreError], said: str
) -> None:
    with pytest.raises(error, match=said):
        score(Elsewhere(lambda: happens(files.place)), files)


def test_a_worker_that_cannot_reach_the_bucket_is_said(
    files: ProbabilityFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(folder: str) -> Objects:
        raise WorkspaceError("s3://bucket cannot be read (no route)")

    nowhere = Elsewhere(lambda: monkeypatch.setattr(probability_rows, "objects_in", unreachable))
    with pytest.raises(WorkspaceError, match=r"a worker on .* cannot be read .* Let all workers reach the bucket"):
        score(nowhere, files)
