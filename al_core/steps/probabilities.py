"""Class probabilities that stay where they are, such as in a bucket: scored there, and only the scores are stored."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats.choices import ReadingChoices
from al_core.formats.join.finding import Finding, Severity, note
from al_core.formats.join.in_order import OrderedSamples, report_in_order
from al_core.formats.join.report import JoinReport, Policy
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.probability_files import ProbabilityFiles
from al_core.formats.predictions.scale import convert, cut_findings
from al_core.formats.predictions.scale_counts import Scale, ScaleCounts
from al_core.scorers.uncertainty import uncertainties
from al_core.steps.scores import ScoreOrigin, score_columns
from al_core.steps.where import Where
from al_core.store.models import NewModel
from al_core.store.stored_json import to_json
from al_core.types import Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.cluster.collected_scores import CollectedScores
    from al_core.cluster.scoring import Reading
    from al_core.store import Dataset, Model

_GUESSED_VALUES = 1 << 20
"""So many of the first probabilities tell what the numbers are; what all of them tell decides."""

_STAY = note(
    "probabilities-stay",
    "The probabilities stay where they are, and only their scores are stored",
    "what needs predicted classes, such as a balance of them, has none of this model",
)


@dataclass(frozen=True, eq=False)
class ScoredProbabilities:
    """Probabilities that were read and scored, and are not stored yet.

    Attributes:
        report: How their rows meet the samples.
        task: Whether their classes exclude each other.
        rows: (n,) samples.
        scores: (n,) of each by name; NaN where there is none.
    """

    report: JoinReport
    task: str
    rows: Rows
    scores: dict[str, Scores]


def score_probabilities(  # noqa: PLR0913 - what is scored, and by keyword how
    dataset: "Dataset",
    place: str,
    *,
    tag: str | None = None,
    policy: str = "skip",
    softmax: bool | None = None,
    where: Where,
    progress: Progress | None = None,
) -> ScoredProbabilities:
    """Read and score probabilities whose rows are in the order of the samples of a dataset, or of a tag of it.

    Raises:
        InvalidInputError: If there are not as many rows as samples, or no probabilities in them.
    """
    files = ProbabilityFiles.at(place, lambda: progress(0, 1) if progress else None)
    rows = dataset.tag(tag).rows if tag else np.arange(dataset.n_samples)
    samples = OrderedSamples(rows, dataset.n_samples, dataset.filenames)
    _check_length(files, samples, tag)
    choices = ReadingChoices(softmax=softmax)
    reading = _first_reading(files, choices, Policy(policy), progress)
    collected = _collected(files, reading, samples.n_samples, where, progress)
    files.check_unchanged()
    report = _report(files, collected, samples, Policy(policy))
    scores = collected.scores
    if collected.is_filled and len(rows) < samples.n_samples:
        rows, scores = _with_all_samples(collected, samples)
    return ScoredProbabilities(report, collected.task, rows, scores)


def store_scored(dataset: "Dataset", scored: ScoredProbabilities, *, name: str) -> "Model":
    """Store scores of probabilities as a model, which knows where those are.

    Raises:
        InvalidInputError: If the report found them not usable.
    """
    scored.report.require_usable()
    columns = score_columns(dataset, scored.rows, scored.scores)
    any_score = next(iter(scored.scores.values()))
    new = NewModel(
        name,
        columns,
        to_json(ScoreOrigin(prediction=name, task=scored.task)),
        task=scored.task,
        n_samples=int(np.count_nonzero(~np.isnan(any_score))),
        attributes={"source": scored.report.source},
    )
    return dataset.models.store(new)


def _check_length(files: ProbabilityFiles, samples: OrderedSamples, tag: str | None) -> None:
    if files.n_rows != len(samples.rows):
        whose = f"tag '{tag}'" if tag else "dataset"
        raise InvalidInputError(
            f"{files.place} has {files.n_rows:,} rows and the {whose} {len(samples.rows):,} samples; give one row per "
            "sample, in their order"
        )


def _first_reading(
    files: ProbabilityFiles, choices: ReadingChoices, policy: Policy, progress: Progress | None
) -> "Reading":
    """Return how the first rows want to be read, before anybody has read all.

    Raises:
        InvalidInputError: If they are no probabilities, so that nobody needs to read the others.
    """
    from al_core.cluster.scoring import Reading

    first = files.rows(0, min(files.n_rows, max(1, _GUESSED_VALUES // files.n_classes)))
    counts = ScaleCounts.of(first.read(_ticking(progress, 0, files.n_rows)))
    scale = counts.scale()
    refused = [each for each in _said(counts, scale, choices).findings if each.severity is Severity.REFUSAL]
    if refused:
        raise InvalidInputError(f"{files.place}: {refused[0].sentence()}")
    return Reading(scale, choices, policy is Policy.FILL, files.n_rows * files.n_classes)


def _collected(
    files: ProbabilityFiles, reading: "Reading", n_samples: int, where: Where, progress: Progress | None
) -> "CollectedScores":
    """Return the scores of all rows; they are read once more if they turn out to be something else than the first."""
    from al_core.cluster.collected_scores import CollectedScores

    done = 0

    def tick() -> None:
        if progress:
            progress(done, files.n_rows)

    with where.scorer() as score:
        while True:
            collected = CollectedScores(reading, files.n_rows)
            done = 0
            for piece in score(files, reading, tick):
                collected.add(piece)
                done = collected.n_done
                tick()
            settled = collected.settled(n_samples)
            if settled == reading:
                return collected
            reading = settled


def _ticking(progress: Progress | None, done: int, total: int) -> Callable[[], None]:
    return lambda: progress(done, total) if progress else None


def _said(counts: ScaleCounts, scale: Scale, choices: ReadingChoices) -> Predictions:
    """Return no predictions, with the task and the findings of all."""
    nothing = Predictions(None, [], np.empty((0, counts.n_classes), np.float32))
    return convert(nothing, counts, scale, choices)


def _report(
    files: ProbabilityFiles, collected: "CollectedScores", samples: OrderedSamples, policy: Policy
) -> JoinReport:
    reading = collected.reading
    said = _said(collected.counts, reading.scale, reading.choices)
    cut: list[Finding] = cut_findings([f"row {row}" for row in collected.outside.tolist()], collected.n_rounded)
    said = replace(said, findings=(*said.findings, *cut, _STAY))
    return report_in_order(samples, said, collected.bad_rows, policy=policy, source=files.place)


def _with_all_samples(collected: "CollectedScores", samples: OrderedSamples) -> tuple[Rows, dict[str, Scores]]:
    """Return scores of all samples, those without a row among them as if their probabilities were equal."""
    n_classes = collected.counts.n_classes
    equal = np.full((1, n_classes), 1 / n_classes, np.float32)
    scores = {}
    for name, [value] in uncertainties(equal, size=collected.reading.size).items():
        scores[name] = np.full(samples.n_samples, value, np.float32)
        scores[name][samples.rows] = collected.scores[name]
    return np.arange(samples.n_samples), scores
