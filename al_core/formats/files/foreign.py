"""Kinds of files that are recognized but not read: people are told what they have and how to convert it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_keys import json_keys

AS_BOXES = (
    "write a table with one row per box (filename, label, score, x1, y1, x2, y2 in pixels) as CSV, or convert it to "
    "COCO results, for example with datumaro or labelformat"
)
AS_CLASSES = "write a table with one row per image (filename and a column of probabilities for each class) as CSV"
AS_BOXES_OR_CLASSES = (
    "write a table with a row per image (filename and a column of probabilities for each class) or per box (filename, "
    "label, score, xmin, ymin, xmax, ymax) as CSV"
)
"""What to do with predictions for which no tool has another export."""

UNNAMED = "the request"
"""The name of a file that came over HTTP: only its sender knows what it is called."""


@dataclass(frozen=True)
class ForeignKind:
    """One kind of file that is not read.

    Attributes:
        name: What it is, with its article, as it goes on after "x.pt is".
        recognizes: From the path and the first bytes, whether a file certainly is of this kind: it is asked before
            the readers are.
        remedy: What to do. $file stands for the name of the file in quotes; $npy, $npz, $csv and $parquet for its name
            with that ending.
    """

    name: str
    recognizes: Callable[[Path, bytes], bool]
    remedy: str

    def refusal(self, path: Path) -> FileFormatError:
        """Return the error that names the kind and says what to do."""
        file = Path("YOUR-FILE") if path.name == UNNAMED else path
        names = {ending: repr(f"{file.stem}.{ending}") for ending in ("npy", "npz", "csv", "parquet")}
        remedy = Template(self.remedy).substitute(names, file=repr(file.name))
        return FileFormatError(f"{path.name} is {self.name}, which is not read; {remedy}")


def lines_of_python(*lines: str) -> str:
    r"""Return a remedy that is a few lines of Python, indented so that a page shows them as code.

    Examples:
        >>> lines_of_python("import numpy")
        'convert it with Python:\n\n    import numpy'
    """
    return "convert it with Python:\n\n" + "\n".join(f"    {line}" for line in lines)


def begins_with(*starts: bytes) -> Callable[[Path, bytes], bool]:
    """Return a test for files that begin with one of these bytes."""
    return lambda path, head: head.startswith(starts)


def has_keys(*keys: str) -> Callable[[Path, bytes], bool]:
    """Return a test for JSON whose objects have all of these keys."""
    return lambda path, head: json_keys(path, head) >= set(keys)
