"""Filenames: the rules that every reader holds them to, and reading a list of them."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.files.text import BOM, decode, looks_like_text, read_json

FILENAME_COLUMNS = ("filename", "filenames", "file_name", "filepath")
"""Accepted names of the column with the filenames, in any case."""

MAX_FILENAME_LENGTH = 4096
_CONTROL_OR_SURROGATE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def check_filenames(filenames: Sequence[str], source: str, *, unique: bool = False) -> None:
    """Check that no filename is empty, overlong or holds control characters and, if asked, that none comes twice.

    Raises:
        FileFormatError: Naming `source`, the first bad row and what to do.

    Examples:
        >>> check_filenames(["a.png", ""], "list.txt")
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


def read_filenames(path: Path, *, format: str | None = None, max_bytes: int | None = None) -> list[str]:
    """Return the filenames listed in a text, CSV or JSON file, in its order.

    Args:
        path: A text file with one filename per line, a CSV file with a column `filename`, or a JSON list of strings.
        format: One of `FILENAME_READERS`; by default found out from the content.
        max_bytes: Larger files are refused.

    Raises:
        FileFormatError: If the file is of another kind, or a filename is empty, repeated or has control characters.
        NotFoundError: If there is no such file.
    """
    filenames = choose(path, FILENAME_READERS, format=format, max_bytes=max_bytes).read(path)
    if not filenames:
        raise FileFormatError(f"{path.name} lists no filenames; expected at least one")
    check_filenames(filenames, path.name, unique=True)
    return filenames


def _is_json(path: Path, head: bytes) -> bool:
    return head.removeprefix(BOM).lstrip()[:1] in (b"[", b"{")


def _has_filename_column(path: Path, head: bytes) -> bool:
    first_line = head.removeprefix(BOM).lstrip().partition(b"\n")[0].decode(errors="replace").lower()
    return any(cell.strip("\"' \r") in FILENAME_COLUMNS for cell in re.split("[,;\t]", first_line))


def _is_plain_text(path: Path, head: bytes) -> bool:
    return looks_like_text(head) and path.suffix.lower() not in (".csv", ".tsv", ".json")


def _read_lines(path: Path) -> list[str]:
    text = decode(path.read_bytes(), path.name).replace("\r\n", "\n").rstrip("\n")
    return text.split("\n") if text else []


def _read_column(path: Path) -> list[str]:
    from al_core.formats.files.csv_table import filename_position, read_columns, read_header

    header = read_header(path)
    (filenames,), _ = read_columns(path, header, texts=[filename_position(path.name, header.columns)], numbers=[])
    return filenames


def _read_json_list(path: Path) -> list[str]:
    content: Any = read_json(path)
    if isinstance(content, dict) and isinstance(content.get("samples"), list):
        content = [sample.get("filename") if isinstance(sample, dict) else sample for sample in content["samples"]]
    if not isinstance(content, list):
        raise FileFormatError(
            f'{path.name}: expected a list such as ["a.png", "b.png"], found {type(content).__name__}'
        )
    for row, name in enumerate(content):
        if not isinstance(name, str):
            raise FileFormatError(
                f"{path.name}, row {row} counting from 0: expected a filename in quotes, found {name!a:.80}"
            )
    return content


FILENAME_READERS = registry(
    Reader(
        "json", "JSON", "A list of filenames, or a selection downloaded as JSON", (".json",), _is_json, _read_json_list
    ),
    Reader("csv", "CSV", "A column named filename", (".csv", ".tsv"), _has_filename_column, _read_column),
    Reader("txt", "Text", "One filename per line", (".txt",), _is_plain_text, _read_lines),
)
