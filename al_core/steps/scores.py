"""Scores: one number from 0 to 1 per sample, higher meaning more worth labeling."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.store.kinds import Kind
from al_core.store.models import NewModel
from al_core.store.names import check_array_name
from al_core.store.records import StoredArray
from al_core.store.stored_json import read_record, to_json
from al_core.types import Rows, Scores

if TYPE_CHECKING:
    from al_core.formats import JoinReport, ScoreTable
    from al_core.store import Dataset, Model

PREFERRED_SCORES = (
    "uncertainty_margin",
    "classification_uncertainty_margin",
    "mean_uncertainty",
    "mean_binary_entropy",
    "objectness_least_confidence",
)
"""The score a selection uses unless it names one: the margin labels best across tasks and budgets."""

LONGEST_TAG = 180
"""Characters of a tag's name in the name of a model, which has the time behind it and is 200 long at most."""

_TASKS_OF_OBJECTS = ("object-detection", "keypoint-detection")
"""Of these a file often has no entry for an image in which nothing was found."""


@dataclass(frozen=True)
class ScoreOrigin:
    """Where a score comes from; what does not apply is empty.

    Attributes:
        prediction: The name of the predictions that were scored.
        task: Their task.
        tag: The name of the tag whose samples a client scored.
        source: The file that held the score.
        findings: What the reader of that file changed or left out, in words.
        half_points: Of unbounded scores, which are x / (x + half point), that value by name.
        version: Of this layout.
    """

    prediction: str = ""
    task: str = ""
    tag: str = ""
    source: str = ""
    findings: tuple[str, ...] = ()
    half_points: Mapping[str, float] | None = None
    version: int = 1

    @classmethod
    def of(cls, score: StoredArray) -> "ScoreOrigin":
        """Return where a stored score comes from."""
        return read_record(cls, score.attributes) or cls()


def save_scores(
    dataset: "Dataset", rows: Rows, scores: Mapping[str, Sequence[float] | Scores], origin: ScoreOrigin
) -> list[StoredArray]:
    """Store scores of `rows` as a model, which takes their names over; all are checked before any is stored.

    The model is named after the predictions, the file or the tag that they come from; scores of a tag and such without
    an origin get the time too.
    """
    moment = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
    timed_name = f"{origin.tag[:LONGEST_TAG] or 'scores'} {moment}"
    name = origin.prediction or origin.source or timed_name
    columns = score_columns(dataset, rows, scores)
    attributes: dict[str, str] = {}
    if origin.source:
        attributes["source"] = origin.source
    if origin.tag:
        attributes["tag"] = origin.tag
    new = NewModel(name, columns, to_json(origin), n_samples=len(rows), attributes=attributes)
    model = dataset.models.store(new)
    return [model.scores[score] for score in columns]


def save_score_table(dataset: "Dataset", table: "ScoreTable", report: "JoinReport", name: str) -> "Model":
    """Store the ready-made scores of a file for the samples that its report matched, as a model of that name."""
    used = np.flatnonzero(report.rows >= 0)
    of_samples = {score: values[used] for score, values in table.scores.items()}
    columns = score_columns(dataset, report.rows[used], of_samples)
    findings = tuple(finding.text for finding in table.findings)
    origin = to_json(ScoreOrigin(source=report.source, findings=findings))
    new = NewModel(name, columns, origin, n_samples=len(used), attributes={"source": report.source})
    return dataset.models.store(new)


def score_columns(dataset: "Dataset", rows: Rows, scores: Mapping[str, Sequence[float] | Scores]) -> dict[str, Scores]:
    """Return each score of `rows` as a column of all samples, NaN elsewhere.

    Raises:
        InvalidInputError: If there are none, a name is no text, or a score has not one number from 0 to 1 for each row.
    """
    for name in scores:
        check_array_name("a score", name)
    # Scorers return no score at all for no predictions, which is what a generator read twice looks like.
    if not scores:
        raise InvalidInputError("there are no scores to store: was the generator of predictions already consumed?")
    return {name: score_column(dataset, rows, name, values) for name, values in scores.items()}


def score_column(dataset: "Dataset", rows: Rows, name: str, values: Sequence[float] | Scores) -> Scores:
    """Return (n_samples,) scores with the values at `rows` and NaN elsewhere.

    Raises:
        InvalidInputError: If there is not one number from 0 to 1 for each row.
    """
    scores = np.asarray(values)
    if scores.shape != (len(rows),) or scores.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"score '{name}' has shape {scores.shape}, but {len(rows)} samples are scored; give one number for each"
        )
    # NaN passes: it says that a sample has no score.
    outside = np.flatnonzero((scores < 0) | (scores > 1))
    if len(outside):
        first = outside[0]
        [filename] = dataset.filenames(rows[[first]])
        raise InvalidInputError(
            f"score '{name}' of {filename} is {scores[first]}; scores are from 0 to 1, higher meaning more worth "
            "labeling"
        )
    # Integers and booleans have no NaN.
    dtype = scores.dtype if scores.dtype.kind == "f" else np.float64
    column = np.full(dataset.n_samples, np.nan, dtype)
    column[rows] = scores
    return column


def first_half_points(dataset: "Dataset", task: str) -> dict[str, float]:
    """Return the half points of unbounded scores that the first model of a task has recorded, by name.

    They are kept for all models, so that the scores of one round and the next mean the same.
    """
    half_points: dict[str, float] = {}
    # Newest first: those of the oldest model that has one stay.
    for model in dataset.models.all():
        if model.task != task:
            continue
        for score in model.scores.values():
            half_points.update(ScoreOrigin.of(score).half_points or {})
    return half_points


def find_score(dataset: "Dataset", config: SelectionConfig) -> StoredArray | None:
    """Return the score that a selection uses: the one it names, otherwise the preferred one, otherwise None."""
    if config.score_name is not None:
        return dataset.arrays.get(Kind.SCORE, config.score_name)
    score_by_name = {score.name: score for score in current_scores(dataset)}
    names = preferred_first(score_by_name)
    return score_by_name[names[0]] if names else None


def current_scores(dataset: "Dataset") -> list[StoredArray]:
    """Return the scores that have their plain names: those of current models, and such that have no model."""
    # A name belongs to one array: models that are not current have theirs under a longer one.
    set_aside: set[str] = set()
    for model in dataset.models.all():
        set_aside |= {score.id for name, score in model.scores.items() if score.name != name}
    return [score for score in dataset.arrays.all(Kind.SCORE) if score.id not in set_aside]


def preferred_first(names: Iterable[str]) -> list[str]:
    """Return the names of scores in the order in which a selection prefers them.

    Examples:
        >>> preferred_first(["uncertainty_entropy", "mine", "uncertainty_margin"])
        ['uncertainty_margin', 'uncertainty_entropy', 'mine']
    """
    rank = {name: position for position, name in enumerate(PREFERRED_SCORES)}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


def complete_scores(
    dataset: "Dataset", config: SelectionConfig, score: StoredArray | None, candidates: Rows
) -> Scores | None:
    """Return the scores if each candidate has one, otherwise None if the method can do without.

    Raises:
        MissingInputError: If it cannot.
    """
    if score is None:
        return None
    scores = dataset.arrays.read(score)
    n_missing = int(np.isnan(scores[candidates]).sum())
    if not n_missing:
        return scores
    if config.method in (SamplingMethod.RANDOM, SamplingMethod.CORESET):
        return None
    raise MissingInputError(
        f"{n_missing:,} of the {len(candidates):,} candidates have no score '{score.name}'; add predictions for them, "
        f"or choose a query tag whose samples all have one{_or_empty(score)}"
    )


def _or_empty(score: StoredArray) -> str:
    if ScoreOrigin.of(score).task not in _TASKS_OF_OBJECTS:
        return ""
    return (
        "; if the model found nothing in these images, store its predictions again with missing=empty "
        "('Nothing found' on the page Predictions)"
    )
