"""From a table to predictions or scores, by what its columns are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import ReadingChoices
from al_core.formats.files.csv_table import NO_HEADER
from al_core.formats.files.filename_rules import names_image_file
from al_core.formats.join.finding import Finding, Severity, note
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.class_cells import matrix_of_cells
from al_core.formats.predictions.long_form import long_form
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable, as_score
from al_core.formats.predictions.top_k import top_k_scores
from al_core.formats.predictions.unread_cells import unread_cells
from al_core.formats.tables.column_names import class_of_name, have_boxes
from al_core.formats.tables.columns import classify_columns
from al_core.formats.tables.meaning import TITLES, ColumnMeaning, Meaning
from al_core.formats.tables.outlines import kind_of_outlines
from al_core.formats.tables.ranks import are_ranked
from al_core.formats.tables.sample import MAX_ROWS, ColumnSample, Content
from al_core.formats.tables.table import Table
from al_core.text import clipped

Contents = Predictions | ScoreTable

_NO_PREDICTIONS = (Meaning.LABEL, Meaning.PREDICTED)
_LABELS = Finding(
    "labels",
    "The file holds labels, not predictions: a label has no uncertainty to score",
    "",
    "import it as labels; or name the columns that hold probabilities",
    severity=Severity.REFUSAL,
)
_NOTHING = Finding(
    "no-classes",
    "No column holds probabilities or scores",
    "",
    "give a column of probabilities for each class, or say what the columns are",
    severity=Severity.REFUSAL,
)
_AS_COCO = (
    "write COCO results (image_id, category_id, score and segmentation), or the probabilities of each pixel, one .npy "
    "file per image"
)
_LONG = note("long-form", "The file has a row for each image and class", "the rows of an image are read as one")
_SHOWN = 6


def read_class_table(table: Table, choices: ReadingChoices, *, prefers_scores: bool = False) -> Contents:
    """Return the class probabilities or ready-made scores of a table.

    Args:
        table: Of any kind of file.
        choices: With the meaning of columns that a person has chosen.
        prefers_scores: Whether columns of numbers that nobody has called classes are ready-made scores.

    Raises:
        FileFormatError: If no column names the images, or a cell does not fit its column.
    """
    samples = table.samples()
    # A box is a list of numbers: a column "box" of single numbers is a class of that name.
    single = {name for name, sample in zip(table.columns, samples, strict=True) if sample.is_numeric}
    if have_boxes(name for name in table.columns if not (name in single and have_boxes([name]))):
        raise FileFormatError(
            f"{table.source} has boxes or other objects, and its layout is none that is read; expected one row per "
            "object with filename, xmin, ymin, xmax, ymax, label and score, or COCO results"
        )
    _check_header(table)
    columns = classify_columns(samples, choices.columns)
    if prefers_scores:
        columns = [_as_score_column(column, sample) for column, sample in zip(columns, samples, strict=True)]
    return _TableReading(table, samples, columns, choices).contents()


def _check_header(table: Table) -> None:
    # With several image names, the table is transposed: its columns are images.
    n_images = sum(names_image_file(name) for name in table.columns)
    if n_images == 1 and len(table.columns) > 1:
        raise FileFormatError(f"{table.source} {NO_HEADER}")


def _as_score_column(column: ColumnMeaning, sample: ColumnSample) -> ColumnMeaning:
    # A column `width` or `annotation_id` is no score in any file.
    is_open = column.reason not in ("chosen", "by its name") and column.meaning in (
        Meaning.CLASS,
        Meaning.RANKED,
        Meaning.METADATA,
    )
    return replace(column, meaning=Meaning.SCORE, reason="a number") if is_open and sample.is_numeric else column


@dataclass(frozen=True)
class _TableReading:
    """One table with the meaning of its columns."""

    table: Table
    samples: Sequence[ColumnSample]
    columns: Sequence[ColumnMeaning]
    choices: ReadingChoices

    def contents(self) -> Contents:
        scores = self._positions(Meaning.SCORE, Meaning.CONFIDENCE)
        classes = self._positions(Meaning.CLASS)
        if scores and self._is_chosen(scores) and not self._is_chosen(classes):
            return self._scores(scores)
        if classes:
            self._check_class_names(classes)
            nested = [p for p in classes if self.samples[p].content in (Content.LISTS, Content.MAPPINGS)]
            return self._cells(nested[0]) if nested else self._matrix(classes)
        outlines = self._outlines()
        ranked = [] if outlines else self._positions(Meaning.RANKED)
        if ranked:
            return self._long_form(ranked) or self._highest(ranked)
        if scores and not outlines:
            return self._scores(scores)
        filenames, _ = self._read([])
        return ScoreTable(self._named(filenames), {}, (outlines or self._refusal(),), tuple(self.columns))

    def _refusal(self) -> Finding:
        return unread_cells(self.samples) or (_LABELS if self._positions(*_NO_PREDICTIONS) else _NOTHING)

    def _outlines(self) -> Finding | None:
        """Return what to do about a column of masks or outlines, or None if there is none."""
        for sample in self.samples:
            kind = kind_of_outlines(sample.name, sample.cells) if sample.content is Content.TEXTS else None
            if kind:
                what = f"The column {sample.name[:40]!r} has {kind}, which are not read from a table"
                return Finding("outlines", what, "", _AS_COCO, severity=Severity.REFUSAL)
        return None

    def _highest(self, ranked: Sequence[int]) -> ScoreTable:
        filenames, numbers = self._read(ranked)
        return top_k_scores(self.table.source, self._named(filenames), numbers, self.columns)

    def _long_form(self, ranked: Sequence[int]) -> Contents | None:
        """Return the numbers of a table with a row for each image and class, or None if it is something else."""
        names = self._positions(Meaning.FILENAME)[:1]
        classes = self._positions(*_NO_PREDICTIONS)[:1]
        if len(ranked) > 1 or not names or not classes:
            return None
        (filenames, labels), numbers = self.table.read([*names, *classes], ranked)
        table = long_form(filenames, labels, numbers[:, 0])
        if table is None:
            return None
        if table.is_complete:
            return Predictions(
                table.filenames, table.class_names, table.matrix, findings=(_LONG,), columns=tuple(self.columns)
            )
        if table.are_parts:
            return top_k_scores(self.table.source, table.filenames, table.matrix, self.columns).with_findings([_LONG])
        return None

    def _is_chosen(self, positions: Sequence[int]) -> bool:
        return any(self.columns[position].name in self.choices.columns for position in positions)

    def _check_class_names(self, classes: Sequence[int]) -> None:
        if all(_is_fraction(self.columns[position].name) for position in classes):
            raise FileFormatError(f"{self.table.source} {NO_HEADER}")

    def _positions(self, *meanings: Meaning) -> list[int]:
        return [position for position, column in enumerate(self.columns) if column.meaning in meanings]

    def _read(self, numbers: Sequence[int]) -> tuple[list[str] | None, NDArray[np.float32]]:
        names = self._positions(Meaning.FILENAME)[:1]
        texts, matrix = self.table.read(names, numbers)
        return (texts[0] if texts else None), matrix

    def _named(self, filenames: list[str] | None) -> list[str]:
        if filenames is None:
            shown = clipped(self.table.columns)
            raise FileFormatError(
                f"{self.table.source} has no column 'filename' or another that names the images; its columns are "
                f"{shown}; rename or add one, or say which it is"
            )
        return filenames

    def _matrix(self, classes: Sequence[int]) -> Predictions:
        filenames, matrix = self._read(classes)
        names = class_names([self.columns[position].name for position in classes])
        return self._predictions(self._named(filenames), names, matrix)

    def _scores(self, positions: Sequence[int]) -> ScoreTable:
        filenames, matrix = self._read(positions)
        findings: list[Finding] = []
        scores = {}
        for position, values in zip(positions, matrix.T, strict=True):
            column = self.columns[position]
            lower_is_more = self.choices.lower_is_more or column.meaning is Meaning.CONFIDENCE
            name = f"{self.table.source}, column {column.name!r}"
            scores[column.name] = as_score(name, values.astype(np.float64), lower_is_more, findings)
        findings += self._left_out()
        return ScoreTable(self._named(filenames), scores, tuple(findings), tuple(self.columns))

    def _cells(self, position: int) -> Contents:
        filenames, _ = self._read([])
        is_list = self.samples[position].content is Content.LISTS
        # Beside a list of numbers, a list of classes says which class each number belongs to, by name if it can.
        beside = [p for p in self._positions(Meaning.PREDICTED) if self.samples[p].content in _LISTS]
        beside.sort(key=lambda position: self.samples[position].content is not Content.CLASS_LISTS)
        classes = self.table.cells(beside[0]) if is_list and beside else None
        named = matrix_of_cells(self.table.cells(position), classes, self.table.where)
        if named.is_ranked or self._is_ranked(named.class_names, named.matrix):
            return top_k_scores(self.table.source, self._named(filenames), named.matrix, self.columns)
        names = list(named.class_names or self.table.class_names or numbered_classes(named.matrix.shape[1]))
        return self._predictions(filenames, names, named.matrix)

    def _is_ranked(self, class_names: Sequence[str], matrix: NDArray[np.float32]) -> bool:
        if class_names or self.table.class_names or "class" in self.choices.columns.values():
            return False
        head = matrix[:MAX_ROWS].astype(np.float64)
        return are_ranked(numbered_classes(matrix.shape[1]), head, has_classes=False)

    def _predictions(self, filenames: list[str] | None, names: list[str], matrix: NDArray[np.float32]) -> Predictions:
        findings = tuple(self._left_out())
        return Predictions(filenames, names, matrix, findings=findings, columns=tuple(self.columns))

    def _left_out(self) -> list[Finding]:
        others = [
            f"{column.name[:40]!r} ({TITLES[column.meaning]}: {column.reason})"
            for column, sample in zip(self.columns, self.samples, strict=True)
            if column.meaning in (Meaning.METADATA, Meaning.LABEL, Meaning.PREDICTED) or _is_unused(column, sample)
        ]
        if not others:
            return []
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        return [note("columns-left-out", f"Not read as classes: {', '.join(others[:_SHOWN])}{more}")]


_LISTS = (Content.LISTS, Content.CLASS_LISTS)


def _is_fraction(name: str) -> bool:
    try:
        return float(name) != int(float(name))
    # The int of NaN is a ValueError, that of infinity an OverflowError.
    except (ValueError, OverflowError):
        return False


def _is_unused(column: ColumnMeaning, sample: ColumnSample) -> bool:
    return column.meaning is Meaning.IGNORED and bool(column.name) and sample.content is not Content.EMPTY


def class_names(columns: Sequence[str]) -> list[str]:
    """Return the classes that columns stand for, without the word that all have in common.

    Examples:
        >>> class_names(["score_cat", "score_dog"]), class_names(["prob_0", "prob_1"]), class_names(["cat", "p_dog"])
        (['cat', 'dog'], ['class_0', 'class_1'], ['cat', 'p_dog'])
    """
    named = [class_of_name(column) for column in columns]
    words = {name[0] if name else None for name in named}
    if len(columns) < 2 or len(words) > 1 or None in words:
        return list(columns)
    names = [name[1] for name in named if name]
    if all(name.isdecimal() for name in names):
        names = [f"class_{name}" for name in names]
    return names if len(set(names)) == len(names) else list(columns)
