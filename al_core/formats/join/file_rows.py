"""What a join asks of the rows of a file, whatever they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from al_core.formats.join.finding import Finding, note
from al_core.types import Rows


@dataclass(frozen=True)
class Wording:
    """How sentences speak of what a file has for each sample.

    Attributes:
        noun: With its article, such as "a prediction".
        predicate: What is said of the samples that have it, such as "have a prediction".
        absence: What happens to a sample without it; empty if a file may leave samples out.
    """

    noun: str
    predicate: str
    absence: str = ""


ORDER_ASSUMED = note(
    "order-assumed",
    "The file has no filenames: its first row is taken for the first sample, and so on",
    "check that it was written in the order of the dataset",
)
"""Said first of all: nothing else would show that rows and samples are in different orders."""


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class BadRows:
    """Rows that cannot be used as they are.

    Attributes:
        not_finite: Rows with a NaN, infinite or empty value; they are left out.
        not_probabilities: Finite rows that do not sum to 1 or leave 0 to 1; they are used.
    """

    not_finite: Rows = field(default_factory=_no_rows)
    not_probabilities: Rows = field(default_factory=_no_rows)


class FileRows:
    """Base of everything that is joined with the samples of a dataset by filename.

    Attributes:
        wording: How sentences speak of the rows.
        task: What the file holds.
        filenames: One per row; None if the rows are in the order of the samples.
        findings: What the reader changed or left out.
        keeps_repeats: Whether several rows of one sample are all used, as what several people say is.
    """

    wording: ClassVar[Wording]
    keeps_repeats: ClassVar[bool] = False
    task: str
    filenames: list[str] | None
    findings: Sequence[Finding] = ()

    def __len__(self) -> int:
        return len(self.filenames or ())

    @property
    def can_fill(self) -> bool:
        """Whether a sample without a row can be given the values that are the most uncertain."""
        return False

    @property
    def names_are_ids(self) -> bool:
        """Whether the filenames are numbers of images in another file, which must not meet a sample by its stem."""
        return False

    @property
    def can_be_empty(self) -> bool:
        """Whether a sample without a row can be one in which nothing was found."""
        return False

    @property
    def missing_is_empty(self) -> bool:
        """Whether a sample without a row is one in which nothing was found."""
        return False

    def with_remarks(self, remarks: Mapping[str, str]) -> Self:
        """Return the rows with a note about each thing that unpacking the file decided, if they have findings."""
        return self.with_findings([note(what, text) for what, text in remarks.items()])

    def with_findings(self, findings: Sequence[Finding]) -> Self:
        """Return the rows with more findings in front; without a place for findings, as they are."""
        return self

    def differ(self, first: int, later: int) -> bool:
        """Return whether two rows of one sample contradict each other."""
        return False

    def bad_rows(self) -> BadRows:
        """Return the rows with values that do not fit."""
        return BadRows()


class FilenameRows(FileRows):
    """The rows of a list that holds nothing but filenames."""

    wording = Wording("a row", "are listed")
    task = "filenames"

    def __init__(self, filenames: Sequence[str]) -> None:
        self.filenames = list(filenames)
