"""Predictions and scores: how they match the samples, and what they become in the store."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from al_core.steps.scores import ScoreOrigin, save_scores
from al_core.steps.where import Where
from al_core.types import Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.evaluation import Statistic
    from al_core.formats import JoinReport, MetadataTable, Predictions, ScoreTable
    from al_core.steps.probabilities import ScoredProbabilities
    from al_core.store import Dataset, StoredArray


def check_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable | MetadataTable",
    *,
    source: str = "predictions",
    policy: str = "skip",
    confidence_threshold: float | None = None,
) -> "JoinReport":
    """Return how predictions, scores or metadata match the dataset's samples; nothing is stored.

    Args:
        dataset: Whose samples they are about.
        predictions: What a file holds, or what was made in Python.
        source: What the report calls them.
        policy: What happens to rows that cannot be used.
        confidence_threshold: From which confidence on boxes are scored, shown and exported, 0 to 1; by default
            `DEFAULT_CONFIDENCE_THRESHOLD`. All are stored.

    Raises:
        InvalidInputError: If the threshold is not from 0 to 1, or there are no boxes that it could be for.
    """
    from al_core.formats import Policy, Predictions, join_report
    from al_core.steps.confidence import check_no_threshold, with_threshold
    from al_core.steps.predictions import with_image_frames
    from al_core.steps.shared_classes import foreign_classes

    report = join_report(dataset.filenames(), predictions, source=source, policy=Policy(policy))
    if not isinstance(predictions, Predictions):
        check_no_threshold(confidence_threshold)
        return report
    report = with_image_frames(dataset, predictions, report)
    report = with_threshold(dataset, predictions, report, confidence_threshold)
    return report.with_details(foreign_classes(dataset, predictions))


def store_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable",
    report: "JoinReport",
    *,
    name: str = "predictions",
    progress: Progress | None = None,
) -> list[str]:
    """Store predictions as a model, as their report says, score them, and return the names of the scores.

    The model becomes the current one of its task: its scores have their plain names. Those of the one before are
    called `name@model` from then on.

    Args:
        dataset: Where to store.
        predictions: Predictions of any task, or ready-made scores, which are stored as they are.
        report: What `check_predictions` returned for them.
        name: Of the model; a number is added if there is another of that name with other content.
        progress: Called with (samples read, samples in all) where predictions are read one at a time; it may raise to
            stop, and nothing is stored then.

    Raises:
        InvalidInputError: If the report found the file not usable.
    """
    from al_core.steps.predictions import store_model

    model = store_model(dataset, predictions, report, name=name, progress=progress)
    return [score.name for score in model.scores.values()]


def score_probabilities(  # noqa: PLR0913 - what is scored, and by keyword how
    dataset: "Dataset",
    place: str,
    *,
    tag: str | None = None,
    policy: str = "skip",
    softmax: bool | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> "ScoredProbabilities":
    """Score class probabilities where they are, with a report as of `check_predictions`; nothing is stored.

    For arrays that nobody can send or hold: rows are read a few at a time, and nothing but their scores comes back.

    Args:
        dataset: Whose samples they are about.
        place: A `.npy` file (N, C), or the folder of its parts, whose rows follow each other in the order of their
            names: an address such as `s3://bucket/probabilities.npy`, or a path. Rows are in the order of the samples.
        tag: Whose samples they are about instead of all.
        policy: What happens to rows that cannot be used.
        softmax: Whether to apply one; without a choice logits are refused.
        cluster: The address of a Dask scheduler whose workers read and score them; by default that of
            `AL_CORE_CLUSTER`, without which this process does.
        progress: Called with (rows done, rows in all); it may raise to stop.

    Raises:
        NotFoundError: If there is no such file or tag.
        InvalidInputError: If there are not as many rows as samples, or the files hold no probabilities.
        ServerError: If the cluster fails; nothing is stored.
    """
    from al_core.steps import probabilities

    return probabilities.score_probabilities(
        dataset, place, tag=tag, policy=policy, softmax=softmax, where=Where.of(cluster), progress=progress
    )


def store_probabilities(
    dataset: "Dataset", scored: "ScoredProbabilities", *, name: str = "predictions"
) -> "list[StoredArray]":
    """Store what `score_probabilities` returned as a model, which becomes current, and return its scores.

    They are those that `store_predictions` calculates from the same array; the probabilities are not stored.

    Raises:
        InvalidInputError: If the report found them not usable.
    """
    from al_core.steps.probabilities import store_scored

    return list(store_scored(dataset, scored, name=name).scores.values())


def store_scores(
    dataset: "Dataset",
    rows: Rows,
    scores: Mapping[str, Sequence[float] | Scores],
    *,
    origin: ScoreOrigin | None = None,
) -> "list[StoredArray]":
    """Store scores of `rows` as a model and return their records; all are checked before any is stored.

    Older scores of the same names are called `name@model` from then on.

    Raises:
        InvalidInputError: If a score has not one number from 0 to 1 for each row.
    """
    return save_scores(dataset, rows, scores, origin or ScoreOrigin())


def rank_scores(dataset: "Dataset") -> "dict[str, Statistic]":
    """Return for each score of the current model how well it ranks mistakes above right predictions on test labels."""
    from al_core.steps import ranking

    return ranking.rank_scores(dataset)
