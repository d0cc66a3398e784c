from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions import Predictions
from al_core.types import Rows

SUM_TOLERANCE = 0.01
"""How far the probabilities of a row may be from a sum of 1: float16 and four decimals stay well within."""

_SHOWN = 10


class Policy(StrEnum):
    """What happens to samples without a prediction and to rows that cannot be used."""

    REJECT = "reject"
    """Any problem refuses the file."""
    SKIP = "skip"
    """Bad rows are left out; a sample without a row scores 0, so it is selected last."""
    FILL = "fill"
    """Bad rows are left out; a sample without a row gets equal probabilities, so it is selected first."""


@dataclass(frozen=True)
class JoinReport:
    """How the rows of a file meet the samples of a dataset, told before anything is stored.

    Attributes:
        source: The name of the file.
        policy: What happens to bad rows and to samples without one.
        n_samples: Samples in the dataset or query set.
        n_rows: Rows in the file.
        matched: Samples that have a row.
        missing: Samples that have none.
        unknown: Filenames in the file that are no samples.
        duplicate: Filenames that occur more than once; the first row counts.
        conflicting: Those of `duplicate` whose rows differ, which refuses the file.
        rows_not_summing_to_1: Filenames of rows with another sum or values outside 0 to 1; they are used.
        rows_with_nan: Filenames of rows with a NaN, infinite or empty value.
        rows: (n_rows,) int64, for each row of the file its sample, -1 where it is unknown or not used.
    """

    source: str
    policy: Policy
    n_samples: int
    n_rows: int
    matched: int
    missing: list[str]
    unknown: list[str]
    duplicate: list[str]
    conflicting: list[str]
    rows_not_summing_to_1: list[str]
    rows_with_nan: list[str]
    rows: Rows

    @property
    def usable(self) -> bool:
        """Whether the file can be stored under the policy."""
        if self.conflicting or not (self.rows >= 0).any():
            return False
        return self.policy != Policy.REJECT or not any(self._problems().values())

    def align(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n_samples, C) probabilities in dataset order; samples without a usable row are NaN, or filled.

        Raises:
            InvalidInputError: If the report says that the file is not usable.
        """
        if not self.usable:
            raise InvalidInputError(" ".join(self.sentences()))
        n_classes = probabilities.shape[1]
        absent = 1 / n_classes if self.policy == Policy.FILL else np.nan
        aligned = np.full((self.n_samples, n_classes), absent, dtype=np.float32)
        used = self.rows >= 0
        aligned[self.rows[used]] = probabilities[used]
        return aligned

    def sentences(self) -> list[str]:
        """Return what was found and what will happen to it, in plain words."""
        found = [f"{self.matched:,} of {self.n_samples:,} samples have a prediction in {self.source}."]
        outcomes = self._outcomes()
        for problem, names in self._problems().items():
            if names:
                found.append(f"{len(names):,} {problem} ({_shown(names)}): {outcomes[problem]}.")
        if not self.usable:
            found.append("The file cannot be used as it is; nothing is stored.")
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values; `rows` is left out, its length is `n_rows`."""
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "rows"}
        return plain | {"policy": str(self.policy), "usable": self.usable, "sentences": self.sentences()}

    def _problems(self) -> dict[str, list[str]]:
        return {
            "samples have none": self.missing,
            "filenames are no samples": self.unknown,
            "filenames are repeated with the same values": sorted(set(self.duplicate) - set(self.conflicting)),
            "filenames are repeated with different values": self.conflicting,
            "rows hold NaN, infinite or empty values": self.rows_with_nan,
            "rows are no probabilities that sum to 1": self.rows_not_summing_to_1,
        }

    def _outcomes(self) -> dict[str, str]:
        refused = "under the policy reject this refuses the file; predict them or choose skip or fill"
        reject, fill = self.policy == Policy.REJECT, self.policy == Policy.FILL
        absent = "they get equal probabilities and are selected first" if fill else "they score 0 and are selected last"
        return {
            "samples have none": refused if reject else absent,
            "filenames are no samples": refused if reject else "these rows are left out; check folder and suffix",
            "filenames are repeated with the same values": refused if reject else "the first row of each is used",
            "filenames are repeated with different values": "which row is right is unknown; keep one row per filename",
            "rows hold NaN, infinite or empty values": refused if reject else f"these rows are left out; {absent}",
            "rows are no probabilities that sum to 1": refused
            if reject
            else "they are used as they are; logits need a softmax",
        }


def join_report(
    dataset_filenames: Sequence[str],
    predictions: Predictions | Sequence[str],
    *,
    policy: Policy = Policy.SKIP,
    source: str = "the file",
) -> JoinReport:
    """Return how the rows of a file meet the samples of a dataset. Filenames are matched exactly.

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
    probabilities = predictions.probabilities if isinstance(predictions, Predictions) else None
    filenames = predictions.filenames if isinstance(predictions, Predictions) else predictions
    n_rows = len(predictions)
    if filenames is None and n_rows != len(dataset_filenames):
        raise InvalidInputError(
            f"{source} has {n_rows:,} rows without filenames but there are {len(dataset_filenames):,} samples; "
            "predict every sample in order, or add a column of filenames"
        )
    names = dataset_filenames if filenames is None else filenames
    return _join(dataset_filenames, names, probabilities, Policy(policy), source)


def _join(
    samples: Sequence[str],
    names: Sequence[str],
    probabilities: NDArray[np.float32] | None,
    policy: Policy,
    source: str,
) -> JoinReport:
    row_of = dict(zip(samples, range(len(samples)), strict=True))
    rows = np.fromiter(map(row_of.get, names, repeat(-1)), dtype=np.int64, count=len(names))
    present = np.zeros(len(samples), dtype=bool)
    present[rows[rows >= 0]] = True
    repeats = _repeats(names)
    with_nan, not_summing = _bad_rows(probabilities) if probabilities is not None else (_NO_ROWS, _NO_ROWS)
    used = rows.copy()
    used[with_nan] = -1
    used[[later for _, later in repeats]] = -1
    return JoinReport(
        source=source,
        policy=policy,
        n_samples=len(samples),
        n_rows=len(names),
        matched=int(present.sum()),
        missing=[samples[row] for row in np.flatnonzero(~present).tolist()],
        unknown=list(dict.fromkeys(names[row] for row in np.flatnonzero(rows < 0).tolist())),
        duplicate=list(dict.fromkeys(names[later] for _, later in repeats)),
        conflicting=_conflicting(names, probabilities, repeats),
        rows_not_summing_to_1=[names[row] for row in not_summing],
        rows_with_nan=[names[row] for row in with_nan],
        rows=used,
    )


_NO_ROWS = np.empty(0, dtype=np.int64)


def _repeats(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return (first row, later row) of every filename that comes again."""
    if len(set(names)) == len(names):
        return []
    first: dict[str, int] = {}
    return [(first[name], row) for row, name in enumerate(names) if first.setdefault(name, row) != row]


def _conflicting(
    names: Sequence[str], probabilities: NDArray[np.float32] | None, repeats: list[tuple[int, int]]
) -> list[str]:
    if probabilities is None:
        return []
    differ = (
        names[later]
        for first, later in repeats
        if not np.array_equal(probabilities[first], probabilities[later], equal_nan=True)
    )
    return list(dict.fromkeys(differ))


def _bad_rows(probabilities: NDArray[np.float32]) -> tuple[Rows, Rows]:
    """Return the rows with a value that is not finite, and the finite rows that are no probabilities."""
    with np.errstate(invalid="ignore", over="ignore"):
        sums = probabilities.sum(axis=1, dtype=np.float64)
        outside = (probabilities.min(axis=1) < 0) | (probabilities.max(axis=1) > 1)
    finite = np.isfinite(sums)
    # One column is the probability of the second of two classes; it has no sum to keep.
    off = np.zeros(len(sums), dtype=bool) if probabilities.shape[1] == 1 else np.abs(sums - 1) > SUM_TOLERANCE
    return np.flatnonzero(~finite), np.flatnonzero(finite & (off | outside))


def _shown(names: list[str]) -> str:
    return ", ".join(repr(name[:80]) for name in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
