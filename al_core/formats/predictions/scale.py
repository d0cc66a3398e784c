"""What the numbers of a matrix are: probabilities, percent, log-probabilities, independent probabilities or logits."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.choices import ReadingChoices
from al_core.formats.join.finding import LOGITS, Finding, Severity, note
from al_core.formats.predictions.predictions import CLASSIFICATION, MULTI_LABEL, Predictions
from al_core.types import Rows

ROUNDING = 1e-4
"""How far a probability may lie outside 0 to 1 and be forgiven: sums and casts of float32 and float16 do that."""

_NEAR_ONE = 0.05
"""Sums within are those of a distribution; what the report calls a wrong sum is stricter."""

_REFUSED_LOGITS = "say what they are: apply a softmax, or use them as they are"


class Scale(StrEnum):
    """What the numbers of most rows are."""

    PROBABILITIES = "probabilities"
    INDEPENDENT = "probabilities of classes that do not exclude each other"
    PERCENT = "percent"
    LOG = "logarithms of probabilities"
    LOGITS = "logits"
    UNCLEAR = "neither probabilities nor clearly logits"


def on_probability_scale(predictions: Predictions, choices: ReadingChoices) -> Predictions:
    """Return classifications as probabilities, with a finding for whatever was changed or cannot be decided.

    Args:
        predictions: As the file holds them; those of other tasks are returned as they are.
        choices: Whether to apply a softmax; without that choice logits are refused by a finding.
    """
    if predictions.task != CLASSIFICATION or not len(predictions):
        return predictions
    rows = _Rows(predictions.outputs)
    scale = rows.scale()
    if choices.softmax:
        return _softened(predictions, scale)
    converted = _CONVERSIONS[scale](predictions, rows, choices)
    return _rounded(converted) if scale not in (Scale.LOGITS, Scale.UNCLEAR) else converted


class _Rows:
    """Lowest, highest and sum of each row that is finite."""

    def __init__(self, matrix: NDArray[np.floating]) -> None:
        with np.errstate(invalid="ignore", over="ignore"):
            sums = matrix.sum(axis=1, dtype=np.float64)
        finite = np.isfinite(sums)
        self._matrix = matrix
        self._finite = finite
        self.sums = sums[finite]
        self.lowest = matrix.min(axis=1)[finite]
        self.highest = matrix.max(axis=1)[finite]
        self.n_classes = matrix.shape[1]

    def scale(self) -> Scale:
        """Return what most rows are."""
        if not len(self.sums):
            return Scale.PROBABILITIES
        inside = (self.lowest >= -ROUNDING) & (self.highest <= 1 + ROUNDING)
        if _most(inside):
            # The single column of a model of two classes need not sum to 1.
            is_closed = self.n_classes == 1 or _most(inside & (abs(self.sums - 1) <= _NEAR_ONE))
            return Scale.PROBABILITIES if is_closed else Scale.INDEPENDENT
        if _most((self.lowest >= -ROUNDING) & (abs(self.sums - 100) <= 1)):
            return Scale.PERCENT
        # Logits may all be negative too, but their exponentials do not sum to 1.
        if _most(self.highest <= ROUNDING) and _most(abs(self._exponential_sums() - 1) <= _NEAR_ONE):
            return Scale.LOG
        return Scale.LOGITS if _most(self.lowest < -ROUNDING) else Scale.UNCLEAR

    def _exponential_sums(self) -> NDArray[np.float64]:
        return np.asarray(np.exp(self._matrix[self._finite]).sum(axis=1, dtype=np.float64))

    def span(self) -> str:
        return f"between {self.lowest.min():.4g} and {self.highest.max():.4g}"


def _most(is_so: NDArray[np.bool_]) -> bool:
    return bool(2 * is_so.sum() >= len(is_so)) if len(is_so) else False


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


def _as_they_are(predictions: Predictions, rows: _Rows, choices: ReadingChoices) -> Predictions:
    return predictions


def _independent(predictions: Predictions, rows: _Rows, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False or "class" in choices.columns.values():
        return predictions
    text = f"Rows lie in 0 to 1 and sum to {rows.sums.min():.3g} to {rows.sums.max():.3g}, not to 1"
    said = note("multi-label", text, "read as probabilities of classes that do not exclude each other (multi-label)")
    return _with(replace(predictions, task=MULTI_LABEL), said)


def _percent(predictions: Predictions, rows: _Rows, choices: ReadingChoices) -> Predictions:
    said = note("percent", "Rows sum to 100", "read as percent, divided by 100")
    return _with(replace(predictions, outputs=predictions.outputs / np.float32(100)), said)


def _exponentiated(predictions: Predictions, rows: _Rows, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False:
        return predictions
    said = note("log-probabilities", "The exponentials of each row sum to 1", "read as logarithms of probabilities")
    return _with(replace(predictions, outputs=np.exp(predictions.outputs)), said)


def _logits(predictions: Predictions, rows: _Rows, choices: ReadingChoices) -> Predictions:
    if choices.softmax is False:
        return _with(predictions, note("logits-as-they-are", "The values look like logits", "used as they are"))
    text = f"The values look like logits: they lie {rows.span()}, and rows do not sum to 1"
    return _with(predictions, Finding(LOGITS, text, text, _REFUSED_LOGITS, severity=Severity.REFUSAL))


def _unclear(predictions: Predictions, rows: _Rows, choices: ReadingChoices) -> Predictions:
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


def _rounded(predictions: Predictions) -> Predictions:
    """Return probabilities cut to 0 to 1 where they are beyond by rounding; what is further out is refused."""
    matrix = predictions.outputs
    with np.errstate(invalid="ignore"):
        beyond = np.maximum(matrix.max(axis=1) - 1, -matrix.min(axis=1))
    off = np.flatnonzero((beyond > ROUNDING) & np.isfinite(beyond))
    slight = np.flatnonzero((beyond > 0) & (beyond <= ROUNDING))
    if len(off):
        predictions = _with(predictions, _OUT_OF_RANGE.of(_names(predictions, off)))
    if not len(slight):
        return predictions
    matrix = matrix.copy()
    matrix[slight] = matrix[slight].clip(0, 1)
    rows = "row has a value" if len(slight) == 1 else "rows have values"
    said = note("rounded", f"{len(slight):,} {rows} up to {ROUNDING:g} outside 0 to 1", "cut, as rounding explains it")
    return _with(replace(predictions, outputs=matrix), said)


def _names(predictions: Predictions, rows: Rows) -> list[str]:
    if predictions.filenames is None:
        return [f"row {row}" for row in rows.tolist()]
    return [predictions.filenames[row] for row in rows.tolist()]


def _with(predictions: Predictions, finding: Any) -> Predictions:
    return replace(predictions, findings=(*predictions.findings, finding))
