"""What every reader asks of a column of filenames."""

import re
from collections import Counter
from collections.abc import Sequence, Sized

from al_core.exceptions import FileFormatError

FILENAME_COLUMNS = ("filename", "filenames", "file_name", "filepath")
"""Accepted names of the column with the filenames, in any case."""

MAX_FILENAME_LENGTH = 4096
_CONTROL_OR_SURROGATE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def check_filename_column(filenames: Sequence[str], source: str, *, unique: bool = False) -> None:
    """Check that no filename is empty, overlong or holds control characters and, if asked, that none comes twice.

    Raises:
        FileFormatError: Naming `source`, the first bad row and what to do.

    Examples:
        >>> check_filename_column(["a.png", ""], "list.txt")
        Traceback (most recent call last):
        ...
        al_core.exceptions.FileFormatError: list.txt, row 1 counting from 0: the filename is empty; name every sample
    """
    for row, name in enumerate(filenames):
        if name.isprintable() and 0 < len(name) <= MAX_FILENAME_LENGTH:
            continue
        where = f"{source}, row {row} counting from 0"
        if not name:
            raise FileFormatError(f"{where}: the filename is empty; name every sample")
        if len(name) > MAX_FILENAME_LENGTH:
            raise FileFormatError(
                f"{where}: the filename has {len(name):,} characters, at most {MAX_FILENAME_LENGTH:,}"
            )
        if _CONTROL_OR_SURROGATE.search(name):
            raise FileFormatError(f"{where}: the filename {name!a} holds control characters; remove them")
    if unique and len(set(filenames)) < len(filenames):
        name, count = Counter(filenames).most_common(1)[0]
        rows = [row for row, other in enumerate(filenames) if other == name][:2]
        raise FileFormatError(
            f"{source}: filename {name!r} occurs {count} times (rows {rows[0]} and {rows[1]} counting from 0); keep one"
        )


def check_one_per_row(values: Sized, n_rows: int, noun: str, source: str) -> None:
    """Check that there is one value per row.

    Raises:
        FileFormatError: Naming both lengths.
    """
    if len(values) != n_rows:
        raise FileFormatError(f"{source} has {len(values):,} {noun} for {n_rows:,} rows; save one per row")
