from pathlib import Path

from al_core.exceptions import FileFormatError
from al_core.formats.files.csv_table import filename_position, read_csv_columns, read_csv_header
from al_core.formats.files.text import looks_like_text
from al_core.formats.predictions.predictions import Predictions


def recognizes_classification_csv(path: Path, head: bytes) -> bool:
    """Return whether the first line of a file is text with more than one column, or its name says that it is CSV."""
    first_line = head.lstrip().partition(b"\n")[0]
    is_table = any(mark in first_line for mark in b",;\t") or path.suffix.lower() in (".csv", ".tsv")
    return looks_like_text(head) and first_line[:1] not in b"[{<" and is_table


def read_classification_csv(path: Path) -> Predictions:
    """Return the class probabilities of a CSV file: a column `filename` and one column per class, which it names.

    A column without a name, which pandas writes for its index, is not read.

    Raises:
        FileFormatError: Naming the missing column, or line and column of the first cell that does not fit.
    """
    header = read_csv_header(path)
    position = filename_position(path.name, header.columns)
    numbers = [i for i, name in enumerate(header.columns) if i != position and name.strip()]
    if not numbers:
        raise FileFormatError(f"{path.name} has filenames but no classes; add one column of probabilities per class")
    (filenames,), probabilities = read_csv_columns(path, header, texts=[position], numbers=numbers)
    return Predictions(filenames, [header.columns[i].strip() for i in numbers], probabilities)
