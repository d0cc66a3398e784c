"""Lists of filenames, as text, CSV or JSON."""

import re
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import is_arrow, is_parquet, read_table, split_filenames
from al_core.formats.files.csv_table import filename_position, read_csv_columns, read_csv_header
from al_core.formats.files.envelope import reads_envelopes
from al_core.formats.files.filename_rules import FILENAME_COLUMNS, check_filename_column, filename_rank
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.files.text import BOM, begins_as_json, decode_utf8, looks_like_text, read_json
from al_core.formats.files.tree import tree_names


@reads_envelopes
def read_filenames(path: Path, *, format: str | None = None) -> list[str]:
    """Return the filenames listed in a text, CSV, JSON or Parquet file, in its order; of a folder those of its images.

    Args:
        path: A text file with one filename per line, a table with a column `filename`, a JSON list, or a
            selection that was downloaded.
        format: One of `FILENAME_READERS`; by default detected from the content.

    Raises:
        FileFormatError: If the file is of another kind, or a filename is empty, repeated or has control characters.
        NotFoundError: If there is no such file.
    """
    if path.is_dir():
        return _images_in(path)
    filenames = choose(path, FILENAME_READERS, format=format).read(path)
    if not filenames:
        raise FileFormatError(f"{path.name} lists no filenames; expected at least one")
    check_filename_column(filenames, path.name, unique=True)
    return filenames


def _images_in(folder: Path) -> list[str]:
    names = [name for name in tree_names(folder, b"") if Path(name).suffix.lower() in IMAGE_SUFFIXES]
    if not names:
        raise FileFormatError(f"{folder.name} is a folder without images; give a list of filenames, or their folder")
    return names


def _is_json(path: Path, head: bytes) -> bool:
    return begins_as_json(head)


def _has_filename_column(path: Path, head: bytes) -> bool:
    first_line = head.removeprefix(BOM).lstrip().partition(b"\n")[0].decode(errors="replace").lower()
    cells = [cell.strip("\"' \r") for cell in re.split("[,;\t]", first_line)]
    if any(cell in FILENAME_COLUMNS for cell in cells):
        return True
    # A list of names may begin with one such as `index`; a table has more columns, or a suffix that says so.
    is_table = len(cells) > 1 or path.suffix.lower() in (".csv", ".tsv")
    return is_table and any(filename_rank(cell) is not None for cell in cells)


def _is_plain_text(path: Path, head: bytes) -> bool:
    is_column = not re.search(rb"[,;\t]", head.partition(b"\n")[0])
    return looks_like_text(head) and (is_column or path.suffix.lower() not in (".csv", ".tsv", ".json"))


def _read_lines(path: Path) -> list[str]:
    text = decode_utf8(path.read_bytes(), path.name).replace("\r\n", "\n").rstrip("\n")
    lines = text.split("\n") if text else []
    # As `ls -Q`, R and PowerShell write names that may hold blanks.
    is_quoted = all(len(line) > 2 and line[0] == line[-1] == '"' for line in lines)
    return [line[1:-1] for line in lines] if is_quoted else lines


def _read_column(path: Path) -> list[str]:
    header = read_csv_header(path)
    (filenames,), _ = read_csv_columns(path, header, texts=[filename_position(path.name, header.columns)], numbers=[])
    return filenames


def _read_arrow_column(path: Path) -> list[str]:
    filenames, _ = split_filenames(path.name, read_table(path))
    return filenames


def _read_json_list(path: Path) -> list[str]:
    content: Any = read_json(path)
    if isinstance(content, dict) and isinstance(content.get("added"), list):
        # Our manifest of a selection.
        content = content["added"]
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
        "json",
        "JSON",
        "A list of filenames, or a selection downloaded as JSON or as a manifest",
        (".json",),
        _is_json,
        _read_json_list,
    ),
    Reader("csv", "CSV", "A column named filename", (".csv", ".tsv"), _has_filename_column, _read_column),
    Reader("parquet", "Parquet", "A column filename, as downloads have", (".parquet",), is_parquet, _read_arrow_column),
    Reader("arrow", "Arrow", "Feather or Arrow stream: the same", (".arrow", ".feather"), is_arrow, _read_arrow_column),
    Reader("txt", "Text", "One filename per line", (".txt",), _is_plain_text, _read_lines),
)
