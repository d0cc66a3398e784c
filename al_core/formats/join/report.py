"""How the rows of a file meet the samples of a dataset, said before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_frames import ImageFrames
from al_core.formats.join.file_rows import ORDER_ASSUMED, Wording
from al_core.formats.join.finding import Finding, Severity
from al_core.formats.join.mismatch import likely_cause
from al_core.formats.join.spelling import LETTER_CASE, ROBOFLOW, UNICODE_FORM, URL
from al_core.text import capitalized, counted
from al_core.types import Rows

_REFUSED = "this refuses the file; correct it, or choose to skip or fill"
HOW_MATCHED = {
    UNICODE_FORM: "name in another Unicode form",
    URL: "name within an address",
    LETTER_CASE: "name in another letter case",
    ROBOFLOW: "name before Roboflow's ending (on augmented or cropped versions, objects lie elsewhere)",
}
"""How sentences call the ways of matching whose names need it."""

_NOT_PLAIN = ("rows", "wording", "findings", "details", "frames", "empty")


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
    """How the rows of a file meet the samples of a dataset.

    Attributes:
        source: The name of the file.
        policy: What happens to bad rows and to samples without one.
        task: What the file holds.
        wording: How sentences speak of what it holds.
        n_samples: Samples in the dataset or query set.
        n_rows: Rows in the file.
        matched: Samples that have a row, usable or not.
        matched_by: Rows matched by name, by relative path, by stem and in other spellings (`Matches.counts`).
        missing: Samples that have no row.
        unknown: Filenames in the file that are not in the dataset.
        ambiguous: Filenames in the file that fit more than one sample.
        duplicate: Filenames of samples that have more than one row; the first counts.
        conflicting: Those of `duplicate` whose rows differ, which refuses the file.
        rows_not_summing_to_1: Filenames of rows with another sum or values outside 0 to 1; they are used.
        rows_with_nan: Filenames of rows with a NaN, infinite or empty value; they are left out.
        looks_like_logits: Whether most rows are logits, and nobody has said whether to apply a softmax.
        findings: What the reader changed or left out.
        details: Everything that was noticed, by the join and by the reader.
        rows: (n_rows,) int64, for each row of the file its sample, -1 where it is unknown or not used.
        empty: The samples without a row that count as images without objects.
        frames: How the images of the rows lie, where a file has boxes in pixels; None where it does not matter.
        confidence_threshold: Boxes of a lower confidence are stored, but not scored, shown or exported.
    """

    source: str
    policy: Policy
    task: str
    wording: Wording
    n_samples: int
    n_rows: int
    matched: int
    matched_by: Mapping[str, int]
    missing: list[str]
    unknown: list[str]
    ambiguous: list[str]
    duplicate: list[str]
    conflicting: list[str]
    rows_not_summing_to_1: list[str]
    rows_with_nan: list[str]
    looks_like_logits: bool
    findings: Sequence[Finding]
    details: Sequence[Finding]
    rows: Rows
    empty: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    frames: ImageFrames | None = None
    confidence_threshold: float = 0.0

    def with_frames(self, frames: ImageFrames, findings: Sequence[Finding]) -> "JoinReport":
        """Return the report of a file whose boxes have been placed, with what was noticed by that."""
        of_join = self.details[: len(self.details) - len(self.findings)]
        return replace(self, frames=frames, findings=tuple(findings), details=(*of_join, *findings))

    def with_threshold(self, threshold: float, findings: Sequence[Finding]) -> "JoinReport":
        """Return the report of a file whose boxes count from this confidence on, with what was noticed by that."""
        return replace(self, confidence_threshold=threshold, details=(*self.details, *findings))

    def with_details(self, findings: Sequence[Finding]) -> "JoinReport":
        """Return the report with more that was noticed."""
        return replace(self, details=(*self.details, *findings))

    @property
    def usable(self) -> bool:
        """Whether the file can be stored under the policy."""
        severities = {finding.severity for finding in self.details}
        if Severity.REFUSAL in severities or not (self.rows >= 0).any():
            return False
        return self.policy is not Policy.REJECT or Severity.PROBLEM not in severities

    @property
    def n_used(self) -> int:
        """Samples that have a usable row, or count as images without objects."""
        return len(np.unique(self.rows[self.rows >= 0])) + len(self.empty)

    def align(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n_samples, C) probabilities in dataset order; samples without a usable row are NaN, or filled.

        Raises:
            InvalidInputError: If the report says that the file is not usable.
        """
        self.require_usable()
        n_classes = probabilities.shape[1]
        absent = 1 / n_classes if self.policy is Policy.FILL else np.nan
        aligned = np.full((self.n_samples, n_classes), absent, dtype=np.float32)
        used = self.rows >= 0
        aligned[self.rows[used]] = probabilities[used]
        return aligned

    def require_usable(self) -> None:
        """Raise InvalidInputError with the sentences of the report unless the file is usable."""
        if not self.usable:
            raise InvalidInputError(" ".join(self.sentences()))

    def sentences(self) -> list[str]:
        """Return what was noticed and what will happen, in plain words."""
        lines = [finding.sentence() for finding in self.details if finding.what == ORDER_ASSUMED.what]
        lines += [f"{self.n_used:,} of {self.n_samples:,} samples {self.wording.predicate} in {self.source}."]
        lines += self._indirect_matches()
        others = [finding for finding in self.details if finding.what != ORDER_ASSUMED.what]
        # Problems come first: of the notes there may be many.
        by_weight = sorted(others, key=lambda finding: finding.severity is Severity.NOTE)
        lines += [self._under_policy(finding).sentence() for finding in by_weight]
        if not self.usable:
            lines += [*self._mismatch(), "The file cannot be used as it is; nothing is stored."]
        return lines

    def obstacles(self) -> list[str]:
        """Return why the file cannot be used, the likely cause first; none if it can. They are among the sentences."""
        if self.usable:
            return []
        refused = [Severity.REFUSAL, Severity.PROBLEM] if self.policy is Policy.REJECT else [Severity.REFUSAL]
        refusals = [finding for finding in self.details if finding.severity in refused]
        return [*self._mismatch(), *(self._under_policy(finding).sentence() for finding in refusals)]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values; `rows` is left out, its length is `n_rows`."""
        names = [column.name for column in fields(self) if column.name not in _NOT_PLAIN]
        plain = {name: getattr(self, name) for name in names}
        plain["policy"] = str(self.policy)
        plain["findings"] = {finding.text: list(finding.names) for finding in self.findings}
        plain["details"] = [finding.to_json() for finding in self.details]
        return plain | {"n_used": self.n_used, "usable": self.usable, "sentences": self.sentences()}

    def _mismatch(self) -> list[str]:
        """Return the likely cause if no name in the file is that of a sample."""
        if self.matched or not (self.unknown or self.ambiguous):
            return []
        if not self.unknown:
            return [
                f"Each name in {self.source}, such as {self.ambiguous[0][:80]!r}, fits several images of the dataset: "
                "write the folder or the suffix that tells them apart."
            ]
        cause = likely_cause(self.missing, self.unknown)
        return [f"{capitalized(cause)}."]

    def _indirect_matches(self) -> list[str]:
        indirect = {how: count for how, count in self.matched_by.items() if count and how != "name"}
        return [
            f"{counted(count, 'row')} {'was' if count == 1 else 'were'} matched by {HOW_MATCHED.get(how, how)}, "
            "not by the whole name."
            for how, count in indirect.items()
        ]

    def _under_policy(self, finding: Finding) -> Finding:
        if self.policy is Policy.REJECT and finding.severity is Severity.PROBLEM:
            return replace(finding, outcome=_REFUSED)
        return finding
