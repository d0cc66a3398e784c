"""Columns that say where an object is in a way that tables are not read with: run lengths, outlines, nested boxes."""

import re
from collections.abc import Sequence

_SEPARATORS = re.compile(r"[\s.\-]+")
_NAMES = re.compile(
    r"(?:.*_)?(?:bbox(?:es|_corners|_2d|_xy\w*)?|bounding_?box(?:es)?|geometry|polygon(?:s|_?wkt\w*)?|segmentation|"
    r"encoded_?pixels|rle(?:_mask)?|mask_?rle|wkt(?:_\w+)?|contour|outline)"
)
_RUN_LENGTH_NAMES = re.compile(r"(?:.*_)?(?:encoded_?pixels|rle(?:_mask)?|mask_?rle)")
_RUN_LENGTHS = re.compile(r"\d{1,10} \d{1,10}(?: \d{1,10} \d{1,10})*")
_WKT = re.compile(r"\s*(?:MULTI)?(?:POLYGON|LINESTRING|POINT)\s*(?:Z\s*)?(?:\(|EMPTY)", re.IGNORECASE)

_FARTHEST_CLASS = 1000
"""A text of numbers in which none is so large may list the classes of an image."""

_CELLS_LOOKED_AT = 20


def says_where(name: str) -> bool:
    """Return whether a column of this name says where an object is, in one cell.

    Examples:
        >>> says_where("EncodedPixels"), says_where("PolygonWKT_Pix"), says_where("bbox.corners"), says_where("has_box")
        (True, True, True, False)
    """
    return bool(_NAMES.fullmatch(_simplified(name)))


def kind_of_outlines(name: str, cells: Sequence[object]) -> str | None:
    """Return what the texts of a column are, if they are run lengths of masks or outlines, else None.

    Args:
        name: That of the column.
        cells: Its first cells that have a value.

    Examples:
        >>> kind_of_outlines("predicted", ["1042 3 1234 7", "9000 12 9100 4"]), kind_of_outlines("label", ["16 0"])
        ('run lengths of masks', None)
        >>> kind_of_outlines("place", ["POLYGON ((1 2, 3 4, 5 6, 1 2))"])
        'outlines in WKT'
    """
    texts = [cell for cell in cells[:_CELLS_LOOKED_AT] if isinstance(cell, str)]
    if not texts:
        return None
    if all(map(_WKT.match, texts)):
        return "outlines in WKT"
    is_named = bool(_RUN_LENGTH_NAMES.fullmatch(_simplified(name)))
    return "run lengths of masks" if is_named or all(map(_are_run_lengths, texts)) else None


def _are_run_lengths(text: str) -> bool:
    """Return whether a text has starts and lengths of runs, each of which begins behind the one before it."""
    if not _RUN_LENGTHS.fullmatch(text.strip()):
        return False
    numbers = list(map(int, text.split()))
    ends = [start + length for start, length in zip(numbers[::2], numbers[1::2], strict=True)]
    are_in_order = all(start >= end for start, end in zip(numbers[2::2], ends, strict=False))
    return are_in_order and len(ends) > 1 and max(numbers) >= _FARTHEST_CLASS


def _simplified(name: str) -> str:
    return _SEPARATORS.sub("_", name.strip().lower())
