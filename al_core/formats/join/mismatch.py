"""Why no name of a file is one of the dataset's: what most likely happened, and what to do."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

_MOST_LOOKED_AT = 1_000
"""Names on either side: a cause that holds for a thousand holds for all."""

_LENGTH = 60


def likely_cause(samples: Sequence[str], names: Sequence[str]) -> str:
    """Return in a sentence without its stop what the names of both sides look like, and why none is the same.

    Args:
        samples: Filenames of the dataset.
        names: Those of the file, none of which matches.

    Examples:
        >>> likely_cause(["a.png"], ["0", "1"])
        "none of its 2 names is in the dataset, which has names like 'a.png' and not like '0': numbers are ids or \
positions, so export filenames, or add the file that says which images they are"
        >>> likely_cause(["img_001.png"], ["img_907.png"]).rpartition(": ")[2]
        'the names are built alike, so it may be about images that were not added, or about another dataset'
    """
    ours = [PurePosixPath(name).name for name in samples[:_MOST_LOOKED_AT]]
    theirs = [PurePosixPath(name.replace("\\", "/")).name for name in names[:_MOST_LOOKED_AT]]
    seen = f"which has names like {_shown(samples[0])} and not like {_shown(names[0])}" if samples else "which is empty"
    count = f"its {len(names):,} names" if len(names) > 1 else "the names in it"
    return f"none of {count} is in the dataset, {seen}: {_cause(ours, theirs)}"


def _cause(ours: Sequence[str], theirs: Sequence[str]) -> str:
    if _are_numbers(theirs) and not _are_numbers(ours):
        return "numbers are ids or positions, so export filenames, or add the file that says which images they are"
    if _have_endings(ours) and not _have_endings(theirs):
        return "names without an ending are ids of a tool, so export the filenames as well"
    extra = _common_extra(ours, theirs)
    if extra:
        return f"they have {_shown(extra)} in front, which a tool has added: remove it, or rename the images"
    if {_pattern(name) for name in theirs} & {_pattern(name) for name in ours}:
        return "the names are built alike, so it may be about images that were not added, or about another dataset"
    return "it is probably about another dataset: choose that one, or add its images first"


def _are_numbers(names: Sequence[str]) -> bool:
    return all(PurePosixPath(name).stem.isdigit() for name in names)


def _have_endings(names: Sequence[str]) -> bool:
    return any(PurePosixPath(name).suffix for name in names)


def _pattern(name: str) -> str:
    return re.sub(r"\d+", "0", name)


def _common_extra(ours: Iterable[str], theirs: Sequence[str]) -> str:
    """Return what a tool has put before names of the dataset, as in "upload-" before "a.png"; "" if nothing."""
    # The longest first, as one name of the dataset may be the end of another.
    by_length = sorted(set(ours), key=len, reverse=True)
    for name in theirs[:20]:
        own = next((other for other in by_length if name.endswith(other) and len(name) > len(other)), None)
        if own:
            return name.removesuffix(own)
    return ""


def _shown(name: str) -> str:
    return repr(name if len(name) <= _LENGTH else f"{name[: _LENGTH - 1]}…")
