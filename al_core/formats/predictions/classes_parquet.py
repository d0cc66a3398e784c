from pathlib import Path

from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.predictions.class_table import Contents, read_class_table
from al_core.formats.tables.arrow_source import ArrowTable


def read_classification_parquet(path: Path, *, choices: ReadingChoices = BY_CONTENT) -> Contents:
    """Return the class probabilities of a Parquet or Arrow file: filenames and a column per class, or one of lists.

    Raises:
        FileFormatError: Naming the column that is missing or no numbers.
    """
    return read_class_table(ArrowTable(path), choices)
