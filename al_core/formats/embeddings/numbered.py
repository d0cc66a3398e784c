import re
from collections.abc import Sequence

_NUMBERED = re.compile(r"(.*?)(\d{1,6})")
_FIRST = (0, 1)


def numbered_columns(names: Sequence[str]) -> list[int]:
    """Return the positions of the columns that are numbered behind one name, in the order of their numbers.

    Of several such groups the largest, which begins with 0 or 1 and has no gap; none if there is none.

    Examples:
        >>> numbered_columns(["filename", "f1", "f0", "fold1"]), numbered_columns(["", "0", "1", "2"])
        ([2, 1], [1, 2, 3])
    """
    groups: dict[str, dict[int, int]] = {}
    for position, name in enumerate(names):
        if match := _NUMBERED.fullmatch(name.strip()):
            groups.setdefault(match[1], {})[int(match[2])] = position
    largest = max(groups.values(), key=len, default={})
    first = min(largest, default=0)
    if first not in _FIRST or sorted(largest) != list(range(first, first + len(largest))):
        return []
    return [position for _, position in sorted(largest.items())]
