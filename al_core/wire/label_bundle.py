"""Labels in one body: a bundle of their tables, whose attributes say the rest."""

from pathlib import Path
from typing import IO

from al_core.exceptions import FileFormatError
from al_core.store.label_sets import NewLabelSet
from al_core.wire.array_bundle import read_bundle, write_bundle

ROWS = "rows"


def write_labels(file: IO[bytes], labels: NewLabelSet) -> None:
    """Write labels that are to be stored."""
    attributes = {
        "name": labels.name,
        "task": labels.task,
        "round": labels.round,
        "attributes": dict(labels.attributes),
    }
    write_bundle(file, {ROWS: labels.rows, **labels.tables}, attributes)


def read_labels(path: Path) -> NewLabelSet:
    """Return the labels in a file that `write_labels` wrote.

    Raises:
        FileFormatError: If the file is something else.
    """
    arrays, attributes = read_bundle(path)
    texts = {name: attributes.get(name, "") for name in ("name", "task", "round")}
    about = attributes.get("attributes", {})
    are_texts = all(isinstance(text, str) for text in texts.values())
    if ROWS not in arrays or not isinstance(about, dict) or not are_texts:
        raise FileFormatError("the body is not labels: send what al_core.wire.label_bundle writes")
    rows = arrays.pop(ROWS)
    return NewLabelSet(**texts, rows=rows, tables=arrays, attributes=about)
