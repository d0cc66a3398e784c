"""What each column of a table of objects is, for people to see and to change."""

from collections.abc import Iterable, Mapping, Sequence

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions.box_columns import BoxColumns
from al_core.formats.tables.meaning import OF_OBJECTS, ColumnMeaning, Meaning
from al_core.text import clipped

CHOOSABLE = (Meaning.FILENAME, Meaning.OBJECT_CLASS, Meaning.OBJECT_SCORE, Meaning.IGNORED)
"""What a person can say that a column means: which of the four coordinates it is only its name can say."""

_ALIKE = {
    Meaning.CLASS: Meaning.OBJECT_CLASS,
    Meaning.LABEL: Meaning.OBJECT_CLASS,
    Meaning.PREDICTED: Meaning.OBJECT_CLASS,
    Meaning.SCORE: Meaning.OBJECT_SCORE,
    Meaning.CONFIDENCE: Meaning.OBJECT_SCORE,
    Meaning.METADATA: Meaning.IGNORED,
}
"""What the words for tables with one row per image mean in one with a row per object."""


def chosen_meanings(source: str, names: Sequence[str], columns: Mapping[str, str]) -> dict[str, Meaning]:
    """Return what a person says that columns of a table of objects mean.

    Args:
        source: What messages call the file.
        names: Its columns.
        columns: Their meanings by name, in the words of `Meaning`.

    Raises:
        InvalidInputError: If there is no such column, or it cannot mean that.

    Examples:
        >>> chosen_meanings("p.csv", ["image", "fold"], {"fold": "ignored"})
        {'fold': <Meaning.IGNORED: 'ignored'>}
    """
    for name in columns:
        if name not in names:
            shown = clipped(names)
            raise InvalidInputError(f"{source} has no column {name!r} to give a meaning; its columns are {shown}")
    return {name: _meaning(source, name, text) for name, text in columns.items()}


def _meaning(source: str, name: str, text: str) -> Meaning:
    meaning = Meaning(text) if text in list(Meaning) else None
    meaning = _ALIKE.get(meaning, meaning) if meaning else None
    if meaning in CHOOSABLE:
        return meaning
    if meaning in OF_OBJECTS:
        raise InvalidInputError(
            f"{source}, column {name!r}: which number of the box or image a column holds is known by its name; call "
            "the coordinates xmin, ymin, xmax, ymax, and the size image_width, image_height"
        )
    raise InvalidInputError(
        f"{source} has one row per object, of which column {name!r} cannot be {text!r}; use one of "
        f"{', '.join(CHOOSABLE)}"
    )


def meanings_of_box_table(
    names: Sequence[str], columns: BoxColumns, chosen: Mapping[str, Meaning], keypoints: Iterable[str] = ()
) -> tuple[ColumnMeaning, ...]:
    """Return what each column is and why.

    Examples:
        >>> from al_core.formats.predictions.box_columns import box_columns
        >>> names = ["image", "fold"]
        >>> [str(column.meaning) for column in meanings_of_box_table(names, box_columns(names), {})]
        ['filename', 'ignored']
    """
    of_name = {
        columns.filename: Meaning.FILENAME,
        columns.score: Meaning.OBJECT_SCORE,
        columns.class_number: Meaning.OBJECT_CLASS,
        columns.class_name: Meaning.OBJECT_CLASS,
        **dict.fromkeys(columns.size, Meaning.IMAGE_SIZE),
        **dict.fromkeys(columns.box, Meaning.COORDINATE),
        **dict.fromkeys(keypoints, Meaning.KEYPOINT),
    }
    return tuple(_column(name, of_name.get(name), name in chosen) for name in names)


def _column(name: str, meaning: Meaning | None, is_chosen: bool) -> ColumnMeaning:
    if is_chosen:
        return ColumnMeaning(name, meaning or Meaning.IGNORED, "chosen")
    if meaning is None:
        return ColumnMeaning(name, Meaning.IGNORED, "nothing about an object")
    is_fixed = meaning in (Meaning.COORDINATE, Meaning.KEYPOINT, Meaning.IMAGE_SIZE)
    return ColumnMeaning(name, meaning, "by its name, which alone says which" if is_fixed else "by its name")
