"""Arrays from outside, checked and brought to the rows of a dataset."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.store.records import StoredArray
from al_core.types import Embeddings, Rows, Scores

if TYPE_CHECKING:
    from al_core.store import Dataset


def check_embeddings(embeddings: Embeddings, filenames: Sequence[str]) -> None:
    """Raise `InvalidInputError` unless there is one finite row of floats for each filename."""
    if embeddings.ndim != 2 or embeddings.dtype.kind != "f" or not embeddings.size:
        raise InvalidInputError(
            f"embeddings are a table of floats, one row per sample; {embeddings.dtype} of shape {embeddings.shape} came"
        )
    if len(embeddings) != len(filenames):
        raise InvalidInputError(
            f"there are {len(embeddings):,} embeddings for {len(filenames):,} filenames; give one row per filename"
        )
    bad = np.flatnonzero(~np.isfinite(embeddings).all(axis=1))
    if len(bad):
        raise InvalidInputError(
            f"{len(bad):,} embeddings have NaN or infinite values, the first in row {bad[0]} "
            f"({filenames[bad[0]]}); remove or recompute them"
        )


def position_of_rows(dataset: "Dataset", filenames: Sequence[str]) -> Rows:
    """Return for each row of the dataset its position in `filenames`.

    Raises:
        InvalidInputError: Unless each sample occurs exactly once and nothing else does.
    """
    rows = dataset.rows_of(filenames)
    unknown = [filenames[position] for position in np.flatnonzero(rows < 0)[:3]]
    position_of_row = np.full(dataset.n_samples, -1)
    position_of_row[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
    missing = dataset.filenames(np.flatnonzero(position_of_row < 0)[:3])
    if unknown or missing or len(filenames) != dataset.n_samples:
        raise InvalidInputError(
            f"dataset '{dataset.name}' has {dataset.n_samples:,} samples and the embedding {len(filenames):,} rows; "
            f"give each sample one row. Unknown to the dataset: {', '.join(unknown) or 'none'}. "
            f"Without an embedding: {', '.join(missing) or 'none'}."
        )
    return position_of_row


def score_column(dataset: "Dataset", rows: Rows, name: str, values: Sequence[float] | Scores) -> Scores:
    """Return (n_samples,) scores with the given values at `rows` and NaN elsewhere.

    Raises:
        InvalidInputError: If there is not one number from 0 to 1 for each row.
    """
    scores = np.asarray(values)
    if scores.shape != (len(rows),) or scores.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"score '{name}' has shape {scores.shape}, but {len(rows)} samples are scored; give one number for each"
        )
    bad = np.flatnonzero((scores < 0) | (scores > 1))
    if len(bad):
        raise InvalidInputError(
            f"score '{name}' of {dataset.filenames(rows[bad[:1]])[0]} is {scores[bad[0]]}; scores are from 0 to 1, "
            "higher meaning more worth labelling"
        )
    column = np.full(dataset.n_samples, np.nan, scores.dtype if scores.dtype.kind == "f" else np.float64)
    column[rows] = scores
    return column


def complete_scores(
    dataset: "Dataset", config: SelectionConfig, score: StoredArray | None, candidates: Rows
) -> Scores | None:
    """Return the scores if each candidate has one; a method that needs them cannot go without."""
    if score is None:
        return None
    scores = dataset.arrays.read(score)
    n_missing = int(np.isnan(scores[candidates]).sum())
    if not n_missing:
        return scores
    if config.method in (SamplingMethod.RANDOM, SamplingMethod.CORESET):
        return None
    raise MissingInputError(
        f"{n_missing:,} of the {len(candidates):,} candidates have no score '{score.name}'; upload predictions for "
        "them, or choose a query tag whose samples all have one"
    )
