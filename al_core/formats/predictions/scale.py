"""What the numbers of a matrix are: probabilities, percent, log-probabilities, independent probabilities or logits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.choices import ReadingChoices
from al_core.formats.join.finding import LOGITS, Finding, Severity, note
from al_core.formats.predictions.predictions import CLASSIFICATION, MULTI_LABEL, Predictions
from al_core.formats.predictions.scale_counts import ROUNDING, Scale, ScaleCounts
from al_core.types import Rows

_REFUSED_LOGITS = "say what they are: apply a softmax, or use them as they are"


def on_probability_scale(predictions: Predictions, choices: ReadingChoices) -> Predictions:
    """Return classifications as probabilities, with a finding for whatever was changed or cannot be decided.

    Args:
        predictions: As the file holds them; those of other tasks are returned as they are.
        choices: Whether to apply a softmax; without that choice logits are refused by a finding.
    """
    if predictions.task != CLASSIFICATION or not len(predictions):
        return predictions
    counts = ScaleCounts.of(predictions.outputs)
    converted = convert(predictions, counts, counts.scale(), choices)
    if not is_cut(counts.scale(), choices):
        return converted
    cut = cut_to_probabilities(converted.outputs)
    names = _names(predictions, cut.outside)
    return _with(replace(converted, outputs=cut.matrix), *cut_findings(names, len(cut.rounded)))


def convert(predictions: Predictions, counts: ScaleCounts, scale: Scale, choices: ReadingChoices) -> Predictions:
    """Return classifications that are on a scale as probabilities, with a finding for what was changed or is refused.

    Args:
        predictions: All rows, or a part of them.
        counts: Of all rows, for the findings.
        scale: What most of all rows are.
        choices: Whether to apply a softmax.
    """
    if choices.softmax:
        return _softened(predictions, scale)
    return _CONVERSIONS[scale](predictions, counts, choices)


def _softened(predictions: Predictions, scale: Scale) -> Predictions:
    if scale in (Scale.PROBABILITIES, Scale.PERCENT):
        refusal = Finding(
            "softmax-of-probabilities",
            f"A softmax was asked for, and the numbers are {scale} already",
            "",
            "read the file without it",
            severity=Severity.REFUSAL,
        )
        return _with(predictions, refusal)
    return _with(predictions.softmax(), note("softmax", "A softmax was applied to each row"))


def _as_they_are(predictions: Predictions, rows: ScaleCounts, choices: ReadingChoices) -> Predictions:
    return predictions


def _independent(predictions: Predictions, rows: ScaleCounts, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False or "class" in choices.columns.values():
        return predictions
    text = f"Rows lie in 0 to 1 and sum to {rows.least_sum:.3g} to {rows.largest_sum:.3g}, not to 1"
    said = note("multi-label", text, "read as probabilities of classes that do not exclude each other (multi-label)")
    return _with(replace(predictions, task=MULTI_LABEL), said)


def _percent(predictions: Predictions, rows: ScaleCounts, choices: ReadingChoices) -> Predictions:
    said = note("percent", "Rows sum to 100", "read as percent, divided by 100")
    return _with(replace(predictions, outputs=predictions.outputs / np.float32(100)), said)


def _exponentiated(predictions: Predictions, rows: ScaleCounts, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False:
        return predictions
    said = note("log-probabilities", "The exponentials of each row sum to 1", "read as logarithms of probabilities")
    return _with(replace(predictions, outputs=np.exp(predictions.outputs)), said)


def _logits(predictions: Predictions, rows: ScaleCounts, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False:
        return _with(predictions, note("logits-as-they-are", "The values look like logits", "used as they are"))
    text = f"The values look like logits: they lie {rows.span()}, and rows do not sum to 1"
    return _with(predictions, Finding(LOGITS, text, text, _REFUSED_LOGITS, severity=Severity.REFUSAL))


def _unclear(predictions: Predictions, rows: ScaleCounts, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False:
        return predictions
    text = f"The values are not probabilities: they lie {rows.span()}, and rows sum neither to 1 nor to 100"
    outcome = (
        "if they are logits, apply a softmax; if they are percent of classes that do not exclude each other, divide "
        "them by 100; columns that are not classes can be given another meaning"
    )
    return _with(predictions, Finding("not-probabilities-at-all", text, text, outcome, severity=Severity.REFUSAL))


_CONVERSIONS = {
    Scale.PROBABILITIES: _as_they_are,
    Scale.INDEPENDENT: _independent,
    Scale.PERCENT: _percent,
    Scale.LOG: _exponentiated,
    Scale.LOGITS: _logits,
    Scale.UNCLEAR: _unclear,
}


_OUT_OF_RANGE = Finding(
    "out-of-range",
    "row has values outside 0 to 1",
    "rows have values outside 0 to 1",
    "correct them",
    severity=Severity.REFUSAL,
)


@dataclass(frozen=True)
class Cut:
    """A matrix cut to 0 to 1 where it is beyond by rounding.

    Attributes:
        matrix: (N, C).
        outside: Rows that are further out and stay as they are.
        rounded: Rows that were cut.
    """

    matrix: NDArray[Any]
    outside: Rows
    rounded: Rows


def is_cut(scale: Scale, choices: ReadingChoices) -> bool:
    """Return whether what was on a scale has become probabilities that may be beyond 0 to 1 by rounding."""
    return not choices.softmax and scale not in (Scale.LOGITS, Scale.UNCLEAR)


def cut_to_probabilities(matrix: NDArray[Any]) -> Cut:
    """Return probabilities cut to 0 to 1 where they are beyond by rounding."""
    with np.errstate(invalid="ignore"):
        beyond = np.maximum(matrix.max(axis=1) - 1, -matrix.min(axis=1))
    outside = np.flatnonzero((beyond > ROUNDING) & np.isfinite(beyond))
    slight = np.flatnonzero((beyond > 0) & (beyond <= ROUNDING))
    if len(slight):
        matrix = matrix.copy()
        matrix[slight] = matrix[slight].clip(0, 1)
    return Cut(matrix, outside, slight)


def cut_findings(outside: Sequence[str], n_rounded: int) -> list[Finding]:
    """Return what is said of rows beyond 0 to 1: those that are refused by name, and how many were cut."""
    findings = _OUT_OF_RANGE.concerning(outside)
    if n_rounded:
        rows = "row has a value" if n_rounded == 1 else "rows have values"
        text = f"{n_rounded:,} {rows} up to {ROUNDING:g} outside 0 to 1"
        findings.append(note("rounded", text, "cut, as rounding explains it"))
    return findings


def _names(predictions: Predictions, rows: Rows) -> list[str]:
    if predictions.filenames is None:
        return [f"row {row}" for row in rows.tolist()]
    return [predictions.filenames[row] for row in rows.tolist()]


def _with(predictions: Predictions, *findings: Finding) -> Predictions:
    return replace(predictions, findings=(*predictions.findings, *findings))
