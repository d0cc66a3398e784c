"""Which sample a filename means: exactly, then by relative path, then by stem, and never by guessing between two."""

from collections.abc import Callable, Sequence
from itertools import repeat

import numpy as np

from al_core.types import Rows

_UNKNOWN, _AMBIGUOUS = -1, -2
_MAX_PARTS = 16


def match_filenames(samples: Sequence[str], names: Sequence[str]) -> tuple[Rows, dict[str, int]]:
    """Return the row of each name among the samples, -1 if there is none, and how many were matched by what.

    A name matches by relative path if one of the two is the end of the other, and by stem if it does so without its
    suffix. A name that would match two samples matches none.

    Examples:
        >>> match_filenames(["train/a.png", "b.png"], ["b.png", "/data/train/a.png", "a.txt", "c.png"])
        (array([ 1,  0,  0, -1]), {'name': 1, 'relative path': 1, 'stem': 1})
    """
    row_of = dict(zip(samples, range(len(samples)), strict=True))
    rows = np.fromiter(map(row_of.get, names, repeat(_UNKNOWN)), dtype=np.int64, count=len(names))
    counts = {"name": int((rows >= 0).sum())}
    for how, key in (("relative path", _path), ("stem", _stem)):
        unknown = np.flatnonzero(rows < 0)
        if len(unknown):
            rows[unknown] = _match_ends(samples, [names[row] for row in unknown.tolist()], key)
        counts[how] = int((rows[unknown] >= 0).sum())
    return rows, counts


def _match_ends(samples: Sequence[str], names: list[str], key: Callable[[str], str]) -> Rows:
    wanted = {key(name).rpartition("/")[2] for name in names}
    whole: dict[str, int] = {}
    ends: dict[str, int] = {}
    for row, sample in enumerate(map(key, samples)):
        if sample.rpartition("/")[2] in wanted:
            whole[sample] = row if sample not in whole else _AMBIGUOUS
            for end in _ends(sample):
                ends[end] = row if end not in ends else _AMBIGUOUS
    found = (_find(key(name), whole, ends) for name in names)
    return np.fromiter(found, dtype=np.int64, count=len(names))


def _find(name: str, whole: dict[str, int], ends: dict[str, int]) -> int:
    row = ends.get(name, _UNKNOWN)
    if row == _UNKNOWN:
        row = next((whole[end] for end in _ends(name) if end in whole), _UNKNOWN)
    return max(row, _UNKNOWN)


def _ends(path: str) -> list[str]:
    parts = path.split("/")[-_MAX_PARTS:]
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _path(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./").lstrip("/")


def _stem(name: str) -> str:
    folder, slash, base = _path(name).rpartition("/")
    stem, dot, _ = base.rpartition(".")
    return folder + slash + (stem if dot and stem else base)
