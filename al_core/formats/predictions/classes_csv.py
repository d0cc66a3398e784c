from pathlib import Path

from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.text import looks_like_text
from al_core.formats.predictions.class_table import Contents, read_class_table
from al_core.formats.tables.csv_source import CsvTable


def recognizes_classification_csv(path: Path, head: bytes) -> bool:
    """Return whether the first line of a file is text with more than one column, or its name says that it is CSV."""
    if path.suffix.lower() in (".yaml", ".yml"):
        # A list such as names: [cat, dog] has commas too.
        return False
    first_line = head.lstrip().partition(b"\n")[0]
    is_table = any(mark in first_line for mark in b",;\t") or path.suffix.lower() in (".csv", ".tsv")
    return looks_like_text(head) and first_line[:1] not in b"[{<" and is_table


def read_classification_csv(path: Path, *, choices: ReadingChoices = BY_CONTENT) -> Contents:
    """Return the class probabilities of a CSV file: filenames, and one column per class, which it names.

    Raises:
        FileFormatError: Naming the missing column, or line and column of the first cell that does not fit.
    """
    return read_class_table(CsvTable(path), choices)
