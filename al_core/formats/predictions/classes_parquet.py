from pathlib import Path

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import list_columns, list_matrix, number_matrix, read_table, split_filenames
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.predictions import Predictions


def read_classification_parquet(path: Path) -> Predictions:
    """Return the class probabilities of a Parquet or Arrow file: `filename` and a column per class, or one of lists.

    Raises:
        FileFormatError: Naming the column that is missing or no numbers.
    """
    filenames, table = split_filenames(path.name, read_table(path))
    lists = list_columns(table)
    if len(lists) == 1:
        matrix = list_matrix(path.name, lists[0], table)
        return Predictions(filenames, numbered_classes(matrix.shape[1]), matrix)
    if lists or not table.num_columns:
        raise FileFormatError(f"{path.name}: expected one column of probabilities per class, or one column of lists")
    return Predictions(filenames, list(table.column_names), number_matrix(path.name, table))
