from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.join.matching import match_filenames
from al_core.formats.predictions.predictions import CLASSIFICATION, Predictions
from al_core.text import counted
from al_core.types import Rows

SUM_TOLERANCE = 0.01
"""How far the probabilities of a row may be from a sum of 1: float16 and four decimals stay well within."""

_SHOWN = 10
_PLURAL = {"has": "have", "is": "are"}
_NO_ROWS = np.empty(0, dtype=np.int64)


class Policy(StrEnum):
    """What happens to rows that cannot be used and to samples without one."""

    REJECT = "reject"
    """Any problem refuses the file."""
    SKIP = "skip"
    """Bad rows are left out; a sample without a usable row gets no score."""
    FILL = "fill"
    """Bad rows are left out; a sample without a usable row gets equal class probabilities, the most uncertain ones."""


@dataclass(frozen=True)
class JoinReport:
    """How the rows of a file meet the samples of a dataset, told before anything is stored.

    Attributes:
        source: The name of the file.
        policy: What happens to bad rows and to samples without one.
        task: What the file predicts.
        n_samples: Samples in the dataset or query set.
        n_rows: Rows in the file.
        matched: Samples that have a row.
        matched_by: Rows matched by name, by relative path and by stem.
        missing: Samples that have no row.
        unknown: Filenames in the file that are not in the dataset.
        duplicate: Filenames of samples that have more than one row; the first counts.
        conflicting: Those of `duplicate` whose rows differ, which refuses the file.
        rows_not_summing_to_1: Filenames of rows with another sum or values outside 0 to 1; they are used.
        rows_with_nan: Filenames of rows with a NaN, infinite or empty value.
        looks_like_logits: Whether most rows are no probabilities, so that a softmax is due.
        findings: What the reader changed or left out, in words, and the filenames concerned.
        rows: (n_rows,) int64, for each row of the file its sample, -1 where it is unknown or not used.
    """

    source: str
    policy: Policy
    task: str
    n_samples: int
    n_rows: int
    matched: int
    matched_by: Mapping[str, int]
    missing: list[str]
    unknown: list[str]
    duplicate: list[str]
    conflicting: list[str]
    rows_not_summing_to_1: list[str]
    rows_with_nan: list[str]
    looks_like_logits: bool
    findings: Mapping[str, Sequence[str]]
    rows: Rows

    @property
    def usable(self) -> bool:
        """Whether the file can be stored under the policy."""
        if self.conflicting or not (self.rows >= 0).any():
            return False
        return self.policy != Policy.REJECT or not any(names for names, *_ in self._problems())

    def align(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n_samples, C) probabilities in dataset order; samples without a usable row are NaN, or filled.

        Raises:
            InvalidInputError: If the report says that the file is not usable.
        """
        self.require_usable()
        n_classes = probabilities.shape[1]
        absent = 1 / n_classes if self.policy == Policy.FILL else np.nan
        aligned = np.full((self.n_samples, n_classes), absent, dtype=np.float32)
        used = self.rows >= 0
        aligned[self.rows[used]] = probabilities[used]
        return aligned

    def require_usable(self) -> None:
        """Raise InvalidInputError with the sentences of the report unless the file is usable."""
        if not self.usable:
            raise InvalidInputError(" ".join(self.sentences()))

    def sentences(self) -> list[str]:
        """Return what was found and what will happen to it, in plain words."""
        found = [f"{self.matched:,} of {self.n_samples:,} samples have a prediction in {self.source}."]
        indirect = {how: count for how, count in self.matched_by.items() if count and how != "name"}
        found += [
            f"{counted(count, 'row')} {'was' if count == 1 else 'were'} matched by {how}, not by the whole name."
            for how, count in indirect.items()
        ]
        refused = "this refuses the file; correct it, or choose to skip or fill"
        for names, problem, outcome in self._problems():
            if names:
                outcome = refused if self.policy == Policy.REJECT and names is not self.conflicting else outcome
                found.append(f"{_in_number(len(names), problem)} ({_shown(names)}): {outcome}.")
        found += [f"{finding}." for finding, names in self.findings.items() if not names]
        if self.looks_like_logits:
            found.append("Most rows are no probabilities: these look like logits, apply a softmax first.")
        if not self.usable:
            found.append("The file cannot be used as it is; nothing is stored.")
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values; `rows` is left out, its length is `n_rows`."""
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "rows"}
        plain |= {"policy": str(self.policy), "findings": {text: list(names) for text, names in self.findings.items()}}
        return plain | {"usable": self.usable, "sentences": self.sentences()}

    def _problems(self) -> list[tuple[Sequence[str], str, str]]:
        """Return (filenames, problem, what happens to them)."""
        fill = self.policy == Policy.FILL and self.task == CLASSIFICATION
        absent = "equal class probabilities are filled in, the most uncertain ones" if fill else "left without a score"
        repeated = sorted(set(self.duplicate) - set(self.conflicting))
        return [
            (self.missing, "sample has none", absent),
            (self.unknown, "filename is not in the dataset", "left out; check folder and suffix"),
            (repeated, "filename is repeated with the same values", "the first row of each is used"),
            (
                self.conflicting,
                "filename is repeated with different values",
                "which row is right is unknown; keep one row per filename",
            ),
            (self.rows_with_nan, "row has NaN, infinite or empty values", "left out, as if they were missing"),
            (self.rows_not_summing_to_1, "row has values that are no probabilities with the sum 1", "used as found"),
            *((names, *_halves(finding)) for finding, names in self.findings.items()),
        ]


def join_report(
    dataset_filenames: Sequence[str],
    predictions: Predictions | Sequence[str],
    *,
    policy: Policy = Policy.SKIP,
    source: str = "the file",
) -> JoinReport:
    """Return how the rows of a file meet the samples of a dataset.

    Args:
        dataset_filenames: The samples, each once.
        predictions: What a file holds, or only its filenames. Without filenames the rows are in sample order.
        policy: What happens to bad rows and to samples without one.
        source: The name of the file, for the sentences.

    Raises:
        InvalidInputError: If there are no filenames and not as many rows as samples.

    Examples:
        >>> report = join_report(["a.png", "b.png"], ["b.png", "c.png"], source="p.csv")
        >>> report.rows, report.missing, report.unknown
        (array([ 1, -1]), ['a.png'], ['c.png'])
    """
    if not isinstance(predictions, Predictions):
        predictions = Predictions(list(predictions), [], predictions, task="filenames")
    if predictions.filenames is None and len(predictions) != len(dataset_filenames):
        raise InvalidInputError(
            f"{source} has {len(predictions):,} rows without filenames but the samples are {len(dataset_filenames):,}; "
            "predict every sample in order, or add a column of filenames"
        )
    return _join(dataset_filenames, predictions, Policy(policy), source)


def _join(samples: Sequence[str], predictions: Predictions, policy: Policy, source: str) -> JoinReport:
    names = samples if predictions.filenames is None else predictions.filenames
    rows, matched_by = match_filenames(samples, names)
    present = np.zeros(len(samples), dtype=bool)
    present[rows[rows >= 0]] = True
    repeats = _repeats(rows)
    with_nan, not_summing = _bad_rows(predictions)
    used = rows.copy()
    used[with_nan] = -1
    used[[later for _, later in repeats]] = -1
    return JoinReport(
        source=source,
        policy=policy,
        task=predictions.task,
        n_samples=len(samples),
        n_rows=len(names),
        matched=int(present.sum()),
        matched_by=matched_by,
        missing=[samples[row] for row in np.flatnonzero(~present).tolist()],
        unknown=list(dict.fromkeys(names[row] for row in np.flatnonzero(rows < 0).tolist())),
        duplicate=list(dict.fromkeys(names[later] for _, later in repeats)),
        conflicting=list(dict.fromkeys(names[later] for first, later in repeats if _differ(predictions, first, later))),
        rows_not_summing_to_1=[names[row] for row in not_summing],
        rows_with_nan=[names[row] for row in with_nan],
        looks_like_logits=2 * len(not_summing) > len(names),
        findings=predictions.findings,
        rows=used,
    )


def _repeats(rows: Rows) -> list[tuple[int, int]]:
    """Return (first row, later row) for every further row of a sample."""
    known = np.flatnonzero(rows >= 0)
    _, first, inverse = np.unique(rows[known], return_index=True, return_inverse=True)
    later = np.flatnonzero(first[inverse] != np.arange(len(known)))
    return list(zip(known[first[inverse[later]]].tolist(), known[later].tolist(), strict=True))


def _differ(predictions: Predictions, first: int, later: int) -> bool:
    outputs = predictions.outputs
    if isinstance(outputs, np.ndarray):
        return not np.array_equal(outputs[first], outputs[later], equal_nan=True)
    # Boxes, maps and keypoints of one sample in two places are taken to differ, names alone cannot.
    return predictions.task != "filenames"


def _bad_rows(predictions: Predictions) -> tuple[Rows, Rows]:
    """Return the rows with a value that is not finite, and the finite rows that are no probabilities."""
    if predictions.task != CLASSIFICATION:
        return _NO_ROWS, _NO_ROWS
    probabilities = predictions.outputs
    with np.errstate(invalid="ignore", over="ignore"):
        sums = probabilities.sum(axis=1, dtype=np.float64)
        outside = (probabilities.min(axis=1) < 0) | (probabilities.max(axis=1) > 1)
    finite = np.isfinite(sums)
    # One column is the probability of the second of two classes; it has no sum to keep.
    off = np.zeros(len(sums), dtype=bool) if probabilities.shape[1] == 1 else np.abs(sums - 1) > SUM_TOLERANCE
    return np.flatnonzero(~finite), np.flatnonzero(finite & (off | outside))


def _in_number(count: int, problem: str) -> str:
    """Return a problem of one, told of as many."""
    noun, verb, rest = problem.split(" ", 2)
    return f"{counted(count, noun)} {verb if count == 1 else _PLURAL[verb]} {rest}"


def _halves(finding: str) -> tuple[str, str]:
    problem, _, outcome = finding.partition(": ")
    return problem, outcome


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:80]) for name in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
