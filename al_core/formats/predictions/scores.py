"""Ready-made scores: one number per sample that another tool has computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.csv_table import (
    CsvHeader,
    filename_position,
    number_columns,
    read_csv_columns,
    read_csv_header,
)
from al_core.formats.files.envelope import reads_envelopes
from al_core.formats.files.filename_rules import check_filename_column
from al_core.formats.files.reader import Reader, check_file, registry
from al_core.formats.join.file_rows import FileRows, Wording
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.box_columns import box_columns
from al_core.formats.tables.columns import classify_columns
from al_core.formats.tables.csv_head import samples_of_head
from al_core.formats.tables.meaning import ColumnMeaning, Meaning
from al_core.types import Scores


@dataclass(frozen=True)
class ScoreTable(FileRows):
    """Scores of M samples as a file holds them.

    Attributes:
        filenames: (M,) one per row, possibly repeated.
        scores: (M,) in [0, 1] by name, higher meaning more worth labeling; NaN where the file has no value.
        findings: What was done to the numbers.
        columns: What the columns of the file are.
    """

    wording = Wording("a score", "have a score", "left without a score")
    task = "scores"

    filenames: list[str]
    scores: dict[str, Scores]
    findings: Sequence[Finding] = ()
    columns: Sequence[ColumnMeaning] = ()

    def with_findings(self, findings: Sequence[Finding]) -> Self:
        """Return the same with more findings in front."""
        return replace(self, findings=(*findings, *self.findings))

    def differ(self, first: int, later: int) -> bool:
        """Return whether two rows of one sample have different scores."""
        columns = self.scores.values()
        return any(not np.array_equal(values[first], values[later], equal_nan=True) for values in columns)


@reads_envelopes
def read_scores(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    lower_is_more: bool = False,
) -> ScoreTable:
    """Return columns of numbers as scores; numbers outside 0 to 1 are scaled to that range, which the findings say.

    Args:
        path: A CSV file with a column `filename` and columns of numbers.
        columns: Their names; by default every column that begins with numbers.
        lower_is_more: Whether lower numbers mean more worth labeling, as label quality scores do.

    Raises:
        FileFormatError: If a column is missing or holds something else than numbers.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    check_file(path)
    header = read_csv_header(path)
    position = filename_position(path.name, header.columns)
    numbers = _positions(path, header, columns) if columns is not None else number_columns(path, header)
    numbers = [column for column in numbers if column != position]
    if not numbers:
        raise FileFormatError(f"{path.name} has no column of numbers beside the filenames; add the scores")
    (filenames,), values = read_csv_columns(path, header, texts=[position], numbers=numbers)
    check_filename_column(filenames, path.name, unique=True)
    findings: list[Finding] = []
    scores = {
        header.columns[column]: as_score(
            f"{path.name}, column {header.columns[column]!r}", cells, lower_is_more, findings
        )
        for column, cells in zip(numbers, values.T, strict=True)
    }
    return ScoreTable(filenames, scores, tuple(findings))


def recognizes_scores(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a CSV table that has ready-made scores, and neither classes nor objects."""
    samples = samples_of_head(head)
    # The confidence of a box is no score of its image.
    if box_columns([sample.name for sample in samples]).describe_objects:
        return False
    meanings = {column.meaning for column in classify_columns(samples, {})}
    return bool(meanings & {Meaning.SCORE, Meaning.CONFIDENCE}) and not meanings & {Meaning.CLASS, Meaning.RANKED}


def _positions(path: Path, header: CsvHeader, columns: Sequence[str]) -> list[int]:
    for name in columns:
        if name not in header.columns:
            raise InvalidInputError(f"{path.name} has no column {name!r}; its columns are {', '.join(header.columns)}")
    return [header.columns.index(name) for name in dict.fromkeys(columns)]


def as_score(name: str, values: Scores, lower_is_more: bool, findings: list[Finding]) -> Scores:
    """Return a column of numbers as a score from 0 to 1, and append what was done to them to the findings.

    Raises:
        FileFormatError: If there is no number.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        raise FileFormatError(f"{name} holds no numbers; leave it out")
    lowest = float(np.min(finite))
    highest = float(np.max(finite))
    values = np.where(np.isfinite(values), values, np.nan)
    if lowest < 0 or highest > 1:
        findings.append(note("scaled", f"{name} has values from {lowest:g} to {highest:g}", "scaled to 0 to 1"))
        values = (values - lowest) / (highest - lowest or 1.0)
    if lower_is_more:
        findings.append(note("inverted", f"{name} is inverted (1 − value)"))
        values = 1 - values
    return values.clip(0, 1)


SCORE_READERS = registry(
    Reader(
        "csv",
        "Ready-made scores",
        "A CSV file with a column filename and columns of numbers that are scores already",
        (".csv", ".tsv"),
        recognizes_scores,
        read_scores,
    )
)
