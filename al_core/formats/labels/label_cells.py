"""The cells of a column of classes: what they say, and what a column holds that is none of classes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.tables.label_numbers import may_be_grades

_PROBABILITY = re.compile(r"(?:0?\.\d+|[01](?:\.\d*)?)(?:e-?\d+)?", re.IGNORECASE)
_WHOLE = re.compile(r"(-?\d{1,9})(?:\.0*)?")
"""A class by its number; pandas writes 2 as 2.0 in a column where another cell is empty."""

_NESTED = re.compile(r"""\[\s*['"{\[]|\{\s*['"]|\[[\s\d.,-]*\]$""")
"""Lists of texts, objects and numbers, as JSON or Python prints them."""

NO_LABEL = "-1"
"""The number that stands for an image without a label, in scikit-learn and Hugging Face's `datasets`."""

MISSING = frozenset({"NA", "<NA>", "nan", "NaN"})
"""What R and pandas write for a cell without a value; None may be a class, such as that of no defect."""

_SIGNS = {NO_LABEL, "1"}
"""The numbers of no and yes, where these two are all: both are classes then."""

BETWEEN_ENTRIES = "\0"
"""What `lists_joined` puts between the entries of a list: no filename and no class has it."""

_FEWEST_DIVIDED = 2
"""A red car beside a car and the color red is one name of two words; several such are hardly."""

_ALONE = -1
"""The place of a part that is a whole cell."""


def classes_of_cells(source: str, cells: Sequence[str]) -> list[str]:
    """Return the class of each cell, empty where there is no label: numbers without a fraction, `NO_LABEL` as none.

    What R and pandas write for a missing value is no label either. Beside names or other negative numbers, or where 1
    is the only other number, `NO_LABEL` is a class.

    Args:
        source: What messages call the file.
        cells: The texts in a column of classes.

    Raises:
        FileFormatError: If they are probabilities or lists and not the classes of images.

    Examples:
        >>> classes_of_cells("l.csv", ["2.0", "", "-1"]), classes_of_cells("l.csv", ["cat", "-1"])
        (['2', '', ''], ['cat', '-1'])
    """
    # A million cells have a few different classes.
    class_of = {cell: "" if cell.strip() in MISSING else cell.strip() for cell in dict.fromkeys(cells)}
    # In the order of the file, so that messages show the first.
    different = list(dict.fromkeys(filter(None, class_of.values())))
    check_no_lists(source, different)
    if different and all(map(_PROBABILITY.fullmatch, different)):
        _check_no_probabilities(source, list(filter(None, map(class_of.__getitem__, cells))))
    numbers = {name: match[1] for name in different if (match := _WHOLE.fullmatch(name))}
    if len(numbers) == len(different):
        are_signs = set(numbers.values()) == _SIGNS
        are_all_classes = are_signs or any(int(number) < int(NO_LABEL) for number in numbers.values())
        none = None if are_all_classes else NO_LABEL
        named = {name: "" if number == none else number for name, number in numbers.items()}
        class_of = {cell: named.get(name, "") for cell, name in class_of.items()}
    return list(map(class_of.__getitem__, cells))


def separator_of(classes: Sequence[str]) -> str:
    """Return what stands between the classes of cells that have several, empty if each cell has one.

    A part that is alone in another cell, or at another place, shows that cells have parts; the levels of a taxonomy,
    such as "animal|dog" and "animal|cat", keep their places. A comma is in many a name, such as "garden spider,
    Aranea", and divides cells only if every part shows it.

    Examples:
        >>> separator_of(["Edema|Hernia", "Edema"]), separator_of(["a, b", "a", "b"]), separator_of(["a, b", "a, c"])
        ('|', ',', '')
        >>> separator_of(["animal|dog", "animal|cat"])
        ''
    """
    different = set(filter(None, classes))
    if any(BETWEEN_ENTRIES in cell for cell in different):
        return BETWEEN_ENTRIES
    for separator, needed in (("|", any), (";", any), (",", all)):
        places = _places_of_parts(different, separator)
        several = [at for at in places.values() if at != {_ALONE}]
        if several and needed(len(at) > 1 for at in several):
            return separator
    return " " if _are_divided_by_blanks(different) else ""


def _are_divided_by_blanks(cells: Iterable[str]) -> bool:
    """Return whether blanks divide classes and not the words of a name: all are numbers, or all stand alone as well.

    Examples:
        >>> _are_divided_by_blanks({"scab rust", "rust complex", "scab", "rust", "complex"})
        True
        >>> _are_divided_by_blanks({"polar bear", "bear"}), _are_divided_by_blanks({"16 0", "1"})
        (False, True)
    """
    of_cells = [cell.split() for cell in cells]
    several = [parts for parts in of_cells if len(parts) > 1]
    alone = {parts[0] for parts in of_cells if len(parts) == 1}
    words = {part for parts in several for part in parts}
    if several and all(part.isdecimal() for parts in of_cells for part in parts):
        return True
    return len(several) >= _FEWEST_DIVIDED and words <= alone


def _places_of_parts(cells: Iterable[str], separator: str) -> dict[str, set[int]]:
    """Return where each part first stands in the cells that have it."""
    places: dict[str, set[int]] = defaultdict(set)
    for cell in cells:
        parts = [part.strip() for part in cell.split(separator)]
        for part in filter(None, parts):
            places[part].add(parts.index(part) if len(parts) > 1 else _ALONE)
    return places


def parts_of(cell: str, separator: str) -> list[str]:
    """Return the classes of a cell, each once; the whole cell for an empty separator.

    Examples:
        >>> parts_of("Edema| Hernia|Edema|", "|"), parts_of("a|b", "")
        (['Edema', 'Hernia'], ['a|b'])
    """
    parts = cell.split(separator) if separator else [cell]
    return list(dict.fromkeys(filter(None, map(str.strip, parts))))


def check_no_lists(source: str, classes: Iterable[str]) -> None:
    """Raise if one of the cells is a list or an object.

    Raises:
        FileFormatError: Showing the first one.
    """
    nested = next(filter(_NESTED.match, classes), None)
    if nested is not None:
        raise FileFormatError(
            f"{source}: {nested[:40]!a} is a list and not the class of an image; give one class in each row, or one "
            "box (xmin, ymin, xmax, ymax), or add what a model has ranked as predictions"
        )


def _check_no_probabilities(source: str, classes: Sequence[str]) -> None:
    # Grades such as 0, 0.5 and 1 are labels, and so are the digits 0 and 1.
    if not may_be_grades(np.array(classes, np.float64)):
        raise FileFormatError(
            f"{source}: {classes[0][:40]!a} is a probability and not the class of an image; add it as predictions"
        )
