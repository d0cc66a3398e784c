"""What every reader asks of a column of filenames."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Sized

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.images import IMAGE_SUFFIXES

FILENAME_COLUMNS = ("filename", "filenames", "file_name", "filepath")
"""Accepted names of the column with the filenames, in any case."""

_FILENAME_WORDS = (
    # From those that can only name images to those that often number rows.
    "filename filenames filepath filepaths file files fname fn",
    "image images imagename imagefile imagefilename imagepath imagefilepath imageuri imageurl img imgname imgfile "
    "imgfilename imgpath imguri imgurl picture photo frame framename framepath imagepaths imagenames imageindex",
    "path paths relpath relativepath fullpath abspath absolutepath uri url s3path gcsuri inputpath",
    "imageid imgid sampleid sample samples samplename samplepath",
    "src source location id uid uuid key keys name names basename stem title item itemid dataid assetid",
    "index unnamed0 indexlevel0 level0 idx",
)
_FILENAME_RANKS = {word: rank for rank, words in enumerate(_FILENAME_WORDS) for word in words.split()} | {"": 5}

LAST_OF_IMAGES = 3
"""The last rank whose names speak of images: those behind it may number rows, objects or anything."""

MAX_FILENAME_LENGTH = 4096
_BLOCK_NAMES = 10_000
_CONTROL_OR_SURROGATE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_IMAGE = re.compile(rf"({'|'.join(re.escape(suffix) for suffix in sorted(IMAGE_SUFFIXES))})($|[?#])", re.IGNORECASE)


def has_control_characters(name: str) -> bool:
    """Return whether a name holds what no reader takes in a filename, such as a tab or the end of a line."""
    return _CONTROL_OR_SURROGATE.search(name) is not None


def names_image_file(text: str) -> bool:
    """Return whether a text ends as image files do, or as their addresses do.

    Examples:
        >>> names_image_file("a/b.JPG"), names_image_file("https://host/a.png?w=1"), names_image_file("cat")
        (True, True, False)
    """
    return bool(_IMAGE.search(text))


def filename_rank(name: str) -> int | None:
    """Return how surely a column, key or array of this name holds filenames, 0 for the surest; None for other names.

    Examples:
        >>> filename_rank("Image Path"), filename_rank("Unnamed: 0"), filename_rank("cat")
        (1, 5, None)
    """
    word = re.sub(r"[\W_]", "", name).lower()
    # A name of signs alone, such as "%", is not the empty one that pandas gives an index.
    return _FILENAME_RANKS.get(word) if word or not name.strip() else None


def most_like_filenames(names: Sequence[str], *, last_rank: int | None = None) -> int | None:
    """Return the position of the name that most surely is that of filenames, or None.

    Args:
        names: Of columns, keys or arrays.
        last_rank: The rank behind which a name is not sure enough; by default all are.

    Examples:
        >>> most_like_filenames(["id", "image", "cat"]), most_like_filenames(["cat", "dog"])
        (1, None)
    """
    ranks = {position: rank for position, name in enumerate(names) if (rank := filename_rank(name)) is not None}
    # Of two names of one rank the one further left counts.
    best = min(ranks, key=lambda position: ranks[position], default=None)
    if best is None or (last_rank is not None and ranks[best] > last_rank):
        return None
    return best


_OTHER_TEXTS = ("class_names", "classes", "categories", "labels", "label", "targets", "y", "split")
"""Lists of texts that do not name images, in lower case."""


def array_of_filenames(source: str, names: Sequence[str], n_rows: int) -> int | None:
    """Return which of some arrays with one text per row names the images: the only one, or the most likely by name.

    Names of classes are none, even of as many classes as rows.

    Args:
        source: The file.
        names: What the arrays are called.
        n_rows: How many texts each has.

    Returns:
        The position of its name, or None if there is none.

    Raises:
        FileFormatError: If two could be meant.

    Examples:
        >>> array_of_filenames("a.npz", ["labels", "paths"], 3)
        1
    """
    candidates = [position for position, name in enumerate(names) if name.lower() not in _OTHER_TEXTS]
    best = most_like_filenames([names[position] for position in candidates])
    if best is None and len(candidates) > 1:
        raise FileFormatError(
            f"{source} holds {len(candidates)} lists of {n_rows:,} texts, "
            f"{', '.join(repr(names[position]) for position in candidates[:5])}; "
            "name the one with the filenames 'filenames'"
        )
    return candidates[best or 0] if candidates else None


def check_filename_column(filenames: Sequence[str], source: str, *, unique: bool = False) -> None:
    """Check that no filename is empty, overlong or holds control characters and, if asked, that none comes twice.

    Raises:
        FileFormatError: Naming `source`, the first bad row and what to do.

    Examples:
        >>> check_filename_column(["a.png", ""], "list.txt")
        Traceback (most recent call last):
        ...
        al_core.exceptions.FileFormatError: list.txt, row 1 counting from 0: the filename is empty; name every sample
    """
    for row in _unusual_rows(filenames):
        name = filenames[row]
        if name.isprintable() and 0 < len(name) <= MAX_FILENAME_LENGTH:
            continue
        where = f"{source}, row {row} counting from 0"
        if not name:
            raise FileFormatError(f"{where}: the filename is empty; name every sample")
        if len(name) > MAX_FILENAME_LENGTH:
            raise FileFormatError(
                f"{where}: the filename has {len(name):,} characters, at most {MAX_FILENAME_LENGTH:,}"
            )
        if has_control_characters(name):
            raise FileFormatError(f"{where}: the filename {name!a} holds control characters; remove them")
    if unique and not all_differ(filenames):
        name, count = Counter(filenames).most_common(1)[0]
        rows = [row for row, other in enumerate(filenames) if other == name][:2]
        raise FileFormatError(
            f"{source}: filename {name!r} occurs {count} times (rows {rows[0]} and {rows[1]} counting from 0); keep one"
        )


def _unusual_rows(filenames: Sequence[str]) -> Iterator[int]:
    """Yield the rows among which a bad name can be; a million usual ones are looked at in blocks, ten times as fast."""
    for start in range(0, len(filenames), _BLOCK_NAMES):
        block = filenames[start : start + _BLOCK_NAMES]
        lengths = list(map(len, block))
        if min(lengths) == 0 or max(lengths) > MAX_FILENAME_LENGTH or not "".join(block).isprintable():
            yield from range(start, start + len(block))


def all_differ(texts: Sequence[str]) -> bool:
    """Return whether no text comes twice.

    Examples:
        >>> all_differ(["a", "b"]), all_differ(["a", "b", "a"])
        (True, False)
    """
    # Their hashes alone take 8 MB for a million, a set of them 70 MB.
    hashes = np.fromiter(map(hash, texts), np.int64, len(texts))
    hashes.sort()
    return not (hashes[1:] == hashes[:-1]).any() or len(set(texts)) == len(texts)


def check_one_per_row(values: Sized, n_rows: int, noun: str, source: str) -> None:
    """Check that there is one value per row.

    Raises:
        FileFormatError: Naming both lengths.
    """
    if len(values) != n_rows:
        raise FileFormatError(f"{source} has {len(values):,} {noun} for {n_rows:,} rows; save one per row")
