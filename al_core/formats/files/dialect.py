"""Tables in other dialects than plain CSV, written out as that: `|` or blanks between cells, decimal commas, percents.

A file is rewritten only where its first lines are evidence of a table: as many cells in each, and a column of numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from al_core.exceptions import FileFormatError
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.percents import are_percents, as_fraction
from al_core.formats.files.remarks import remark
from al_core.formats.files.text import decode_utf8, looks_like_text
from al_core.formats.files.unpacking import write_blocks

_PLAIN_DELIMITERS = ",;\t"
_LINES_LOOKED_AT = 21
"""A header and twenty rows."""

_MAX_LINE_BYTES = 8 * 2**20
_ROWS_PER_BLOCK = 2_000
# One number may be anything: a score, or a column of metadata.
_MIN_NUMBERS_WITHOUT_HEADER = 2

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_COMMA_NUMBER = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")
_BLANKS = ("", "nan", "na", "null", "none", "n/a", "#n/a", "inf", "-inf")
_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes:
        delimiter: Between cells; a blank stands for any number of them.
        n_skipped: Lines before the header: comments, or the line that names the delimiter.
        is_commented: Whether the header itself begins with a number sign.
        comma_columns: Positions of the columns with decimal commas.
        percent_columns: Positions of the columns of texts such as 12.5%.
        header: The names of the columns, for a table that has none.
    """

    delimiter: str
    n_skipped: int = 0
    is_commented: bool = False
    comma_columns: tuple[int, ...] = ()
    percent_columns: tuple[int, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the table is plain CSV as it is."""
        is_usual = self.delimiter in _PLAIN_DELIMITERS and not self.n_skipped and not self.is_commented
        return is_usual and not self.comma_columns and not self.percent_columns and not self.header


def needs_rewriting(path: Path, head: bytes) -> bool:
    """Return whether a file is a table in another dialect than plain CSV."""
    if not looks_like_text(head) or head.lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    return not _dialect_of_file(path).is_plain


def rewrite_table(path: Path, folder: Path) -> Path:
    """Return the table as plain CSV, each row in the line in which it was."""
    dialect = _dialect_of_file(path)
    _remark_on(dialect)
    return write_blocks(_rewritten(path, dialect), folder / path.name, path)


def dialect_of(lines: Sequence[str]) -> Dialect:
    r"""Return the dialect of a table by its first lines; plain CSV if there is no evidence of another.

    Examples:
        >>> dialect_of(["# resnet", "filename|cat|dog", "a.png|0.9|0.1", "b.png|0.2|0.8"])
        Dialect(delimiter='|', n_skipped=1, is_commented=False, comma_columns=(), percent_columns=(), header=())
        >>> dialect_of(["filename;cat", "a.png;0,25", "b.png;0,5"]).comma_columns
        (1,)
    """
    n_comments = _n_before_header(lines)
    named = _SEPARATOR_LINE.fullmatch(lines[0].strip()) if n_comments else None
    rest = [line for line in lines[n_comments:] if line.strip()]
    if len(rest) < 2:
        return Dialect(",")
    is_commented = rest[0].startswith("#")
    rest[0] = rest[0].lstrip("# ") if is_commented else rest[0]
    for delimiter in [named[1]] if named else _candidates(rest[0]):
        rows = [_cells(line, delimiter) for line in rest]
        if len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
            dialect = _dialect_of_rows(rows, delimiter, n_comments, is_commented=is_commented)
            if dialect:
                return dialect
    return Dialect(",")


def _n_before_header(lines: Sequence[str]) -> int:
    """Return how many lines come before the header: those that begin with a number sign, but for a header that does."""
    if lines and _SEPARATOR_LINE.fullmatch(lines[0].strip()):
        return 1
    n_comments = next((number for number, line in enumerate(lines) if not line.startswith("#")), 0)
    if not n_comments:
        return 0
    last = lines[n_comments - 1].lstrip("# ")
    following = lines[n_comments]
    delimiter = next(iter(_candidates(following)))
    n_cells = len(_cells(following, delimiter))
    # np.savetxt comments its header out.
    is_header = n_cells > 1 and len(_cells(last, delimiter)) == n_cells and _has_numbers(_cells(following, delimiter))
    return n_comments - 1 if is_header else n_comments


def _candidates(header: str) -> list[str]:
    """Return the delimiters that a header may have, the most frequent first; a blank only without others."""
    present = [delimiter for delimiter in (*_PLAIN_DELIMITERS, "|") if delimiter in header]
    return sorted(present, key=header.count, reverse=True) or [" "]


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.strip(" \r\n")], delimiter=delimiter, skipinitialspace=delimiter == " "), [])
    except csv.Error:
        return []


def _dialect_of_rows(
    rows: Sequence[Sequence[str]], delimiter: str, n_skipped: int, *, is_commented: bool
) -> Dialect | None:
    header = rows[0]
    columns = list(zip(*rows[1:], strict=True))
    commas = tuple(number for number, cells in enumerate(columns) if delimiter != "," and _has_decimal_commas(cells))
    percents = tuple(number for number, cells in enumerate(columns) if are_percents(header[number], cells))
    numbers = [
        number for number, cells in enumerate(columns) if number in (*commas, *percents) or all(map(_is_number, cells))
    ]
    names = _names_without_header(rows)
    if names:
        return Dialect(delimiter, n_skipped, is_commented, commas, header=names)
    if not numbers or any(_is_fraction(header[number]) for number in numbers):
        # Not a table, or one without a header whose columns nobody can name.
        return None
    if delimiter == " " and not _has_blanks_between_columns(header, columns, numbers):
        return None
    return Dialect(delimiter, n_skipped, is_commented, commas, percents)


def _has_blanks_between_columns(
    header: Sequence[str], columns: Sequence[Sequence[str]], numbers: Sequence[int]
) -> bool:
    """Return whether blanks divide columns and not words: "digit 0" and "digit 1" are names."""
    is_named = not any(_is_number(header[number]) for number in numbers)
    return is_named and any(_is_fraction(cell) for number in numbers for cell in columns[number])


def _names_without_header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return names for the columns of a table whose first row is an image and its numbers, else none."""
    are_images = all(Path(row[0].lower()).suffix in IMAGE_SUFFIXES for row in rows)
    n_numbers = len(rows[0]) - 1
    cells = [cell for row in rows for cell in row[1:]]
    are_numbers = all(_is_number(cell) or _COMMA_NUMBER.fullmatch(cell) for cell in cells)
    # Whole numbers would be corners of boxes or classes, which need their names.
    has_fractions = any(_is_fraction(cell) for cell in rows[0][1:])
    if not (are_images and are_numbers and has_fractions) or n_numbers < _MIN_NUMBERS_WITHOUT_HEADER:
        return ()
    return ("filename", *(f"class_{number}" for number in range(n_numbers)))


def _has_decimal_commas(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells]
    with_comma = [text for text in texts if _COMMA_NUMBER.fullmatch(text)]
    others = [text for text in texts if text not in with_comma and text.lower() not in _BLANKS]
    # 1,234 alone may be a thousand; 0,234 and 1,5 may not.
    is_certain = any(not _THOUSANDS.fullmatch(text) for text in with_comma)
    return is_certain and all(text.lstrip("+-").isdecimal() for text in others)


def _is_number(cell: str) -> bool:
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text)) or text.lower() in _BLANKS


def _has_numbers(cells: Sequence[str]) -> bool:
    return any(_NUMBER.fullmatch(cell.strip()) or _COMMA_NUMBER.fullmatch(cell.strip()) for cell in cells)


def _is_fraction(cell: str) -> bool:
    text = cell.strip()
    is_number = _NUMBER.fullmatch(text) or _COMMA_NUMBER.fullmatch(text)
    return bool(is_number) and not text.lstrip("+-").isdecimal()


def _dialect_of_file(path: Path) -> Dialect:
    with path.open("rb") as file:
        raw = list(islice(iter(lambda: file.readline(_MAX_LINE_BYTES), b""), _LINES_LOOKED_AT))
    try:
        lines = [decode_utf8(line, path.name).rstrip("\r\n") for line in raw]
    except FileFormatError:
        # The reader says in which line.
        return Dialect(",")
    return dialect_of(lines)


def _remark_on(dialect: Dialect) -> None:
    if dialect.comma_columns:
        remark("decimal-comma", "Numbers have a decimal comma")
    if dialect.percent_columns:
        remark("percent-signs", "Cells such as 12.5% are read as fractions, 0.125")
    if dialect.header:
        remark("no-header", "The table has no header: its columns were named filename, class_0, class_1, …")


def _rewritten(path: Path, dialect: Dialect) -> Iterator[bytes]:
    delimiter = dialect.delimiter if dialect.delimiter in _PLAIN_DELIMITERS and not dialect.comma_columns else ","
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        for _ in range(dialect.n_skipped):
            file.readline()
            yield b"\n"
        if dialect.header:
            yield delimiter.join(dialect.header).encode() + b"\n"
        reader: Iterator[list[str]] = csv.reader(
            _lines(file, dialect), delimiter=dialect.delimiter, skipinitialspace=dialect.delimiter == " "
        )
        if dialect.percent_columns:
            yield _block([next(reader)], dialect, delimiter)
            reader = _without_percents(reader, dialect, path.name)
        while block := list(islice(reader, _ROWS_PER_BLOCK)):
            yield _block(block, dialect, delimiter)


def _without_percents(rows: Iterable[list[str]], dialect: Dialect, source: str) -> Iterator[list[str]]:
    for number, cells in enumerate(rows):
        for column in dialect.percent_columns:
            if column < len(cells):
                cells[column] = as_fraction(cells[column], f"{source}, row {number} counting from 0")
        yield cells


def _lines(file: Iterator[str], dialect: Dialect) -> Iterator[str]:
    for number, line in enumerate(file):
        text = line.lstrip("# ") if dialect.is_commented and number == 0 else line
        # A blank at the end of a line would begin another cell.
        yield text.rstrip(" \r\n") + "\n" if dialect.delimiter == " " else text


def _block(rows: Sequence[Sequence[str]], dialect: Dialect, delimiter: str) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        cells = list(row)
        for column in dialect.comma_columns:
            if column < len(cells):
                cells[column] = cells[column].replace(",", ".")
        writer.writerow(cells)
    return lines.getvalue().encode(errors="surrogateescape")
