"""The functions of `al_core.formats` under their own names: they take, return and raise the same."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.labels.labels import Labels
from al_core.formats.metadata.table import MetadataTable
from al_core.formats.prediction_files import PredictionFiles
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.worker.budget import Budget, budget_of
from al_core.formats.worker.pool import pool
from al_core.formats.worker.turn import LARGE_BYTES
from al_core.types import Progress


def read_embeddings(path: Path, *, filenames: Sequence[str] | None = None, format: str | None = None) -> EmbeddingTable:
    """Return the embeddings of a file, as `al_core.formats.read_embeddings` does."""
    table: EmbeddingTable = _read("embeddings", [path], filenames=_listed(filenames), format=format)
    return table


def read_predictions(
    path: Path,
    choices: ReadingChoices = BY_CONTENT,
    *,
    filenames: Sequence[str] | None = None,
    format: str | None = None,
    progress: Progress | None = None,
) -> Predictions:
    """Return the predictions of a file, as `al_core.formats.read_predictions` does."""
    predictions: Predictions = _read(
        "predictions", [path], progress=progress, choices=choices, filenames=_listed(filenames), format=format
    )
    return predictions


def read_prediction_files(
    files: PredictionFiles, choices: ReadingChoices = BY_CONTENT, *, progress: Progress | None = None
) -> Predictions | ScoreTable:
    """Return what several files hold, as `al_core.formats.read_prediction_files` does."""
    paths = [path for path in (files.predictions, files.images, files.class_names) if path]
    contents: Predictions | ScoreTable = _read("prediction-files", paths, files, progress=progress, choices=choices)
    return contents


def read_labels(path: Path, choices: ReadingChoices = BY_CONTENT, *, progress: Progress | None = None) -> Labels:
    """Return the labels of a file, as `al_core.formats.read_labels` does."""
    labels: Labels = _read("labels", [path], progress=progress, choices=choices)
    return labels


def read_labeled_filenames(path: Path, choices: ReadingChoices = BY_CONTENT) -> list[str]:
    """Return the filenames that a file says are labeled, as `al_core.formats.read_labeled_filenames` does."""
    filenames: list[str] = _read("labeled-filenames", [path], choices=choices)
    return filenames


def read_metadata(path: Path) -> MetadataTable:
    """Return the metadata of a file, as `al_core.formats.read_metadata` does."""
    table: MetadataTable = _read("metadata", [path])
    return table


def read_scores(path: Path, *, columns: Sequence[str] | None = None, lower_is_more: bool = False) -> ScoreTable:
    """Return the scores of a file, as `al_core.formats.read_scores` does."""
    table: ScoreTable = _read("scores", [path], columns=_listed(columns), lower_is_more=lower_is_more)
    return table


def read_filenames(path: Path, *, format: str | None = None) -> list[str]:
    """Return a list of filenames, as `al_core.formats.read_filenames` does."""
    filenames: list[str] = _read("filenames", [path], format=format)
    return filenames


def read_class_names(path: Path) -> list[str]:
    """Return class names, as `al_core.formats.read_class_names` does."""
    names: list[str] = _read("class-names", [path])
    return names


def recognize(path: Path) -> str:
    """Return the format of a file of predictions, as `al_core.formats.recognize` does.

    The same file is looked at once: a page asks with every click, and an archive may take seconds to list.
    """
    if not path.exists():
        # Its reader says so.
        return _recognized(path, 0, 0)
    stat = path.stat()
    return _recognized(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=16)
def _recognized(path: Path, changed_at: int, n_bytes: int) -> str:
    # Less than what waits for a turn: a page is not to wait for the large file of somebody else.
    budget = Budget(min(budget_of(path).decoded_bytes, LARGE_BYTES))
    format_name: str = pool.read("recognize", [[path], {}], path.name, budget)
    return format_name


def _listed(texts: Sequence[str] | None) -> list[str] | None:
    return None if texts is None else list(texts)


def _read(
    call: str,
    paths: Sequence[Path],
    files: PredictionFiles | None = None,
    progress: Progress | None = None,
    **named: Any,
) -> Any:
    path = Path(paths[0])
    return pool.read(call, [[files or path], named], path.name, budget_of(*map(Path, paths)), progress)
