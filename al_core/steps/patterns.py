"""Patterns of filenames, matched without regular expressions: in time proportional to the length of the name."""

from collections.abc import Sequence

from al_core.config.groups import ANY_TEXT, GROUP

_ANY_CHARACTER = "?"


def texts_at(pattern: str, filenames: Sequence[str]) -> list[str]:
    """Return for each filename the text at `{}`, as short as it can be; empty where the pattern does not match.

    Args:
        pattern: With one `{}`; `*` stands for any text and `?` for one character. Without a `/` only the last part of
            a filename counts.
        filenames: Of samples.

    Examples:
        >>> texts_at("patient_{}_*.png", ["patient_7_left.png", "a/patient_12_x.png", "other.png"])
        ['7', '12', '']
        >>> texts_at("{}/*", ["night/1.png", "1.png"])
        ['night', '']
    """
    before, after = (part.split(ANY_TEXT) for part in pattern.split(GROUP))
    is_of_whole_name = "/" in pattern
    names = filenames if is_of_whole_name else [filename.rpartition("/")[2] for filename in filenames]
    return [_text_at(before, after, name) for name in names]


def _text_at(before: list[str], after: list[str], name: str) -> str:
    """Match each part as far left as it goes, which finds a match wherever there is one, and the shortest text."""
    start = len(before[0])
    if not _is_at(before[0], name, 0):
        return ""
    for part in before[1:]:
        start = _end_of_first(part, name, start)
        if start < 0:
            return ""
    *inner, last = after
    # The text has a character at least.
    end = start + 1
    stop = end
    for number, part in enumerate(inner):
        stop = _end_of_first(part, name, stop)
        if stop < 0:
            return ""
        if number == 0:
            end = stop - len(part)
    last_start = len(name) - len(last)
    if last_start < stop or not _is_at(last, name, last_start):
        return ""
    return name[start : end if inner else last_start]


def _end_of_first(part: str, name: str, start: int) -> int:
    """Return where the first place of a part from `start` on ends, or -1."""
    if _ANY_CHARACTER not in part:
        place = name.find(part, start)
        return place + len(part) if place >= 0 else -1
    places = range(start, len(name) - len(part) + 1)
    ends = (place + len(part) for place in places if _is_at(part, name, place))
    return next(ends, -1)


def _is_at(part: str, name: str, place: int) -> bool:
    text = name[place : place + len(part)]
    return len(text) == len(part) and all(
        wanted in (character, _ANY_CHARACTER) for wanted, character in zip(part, text, strict=True)
    )
