"""Wording of numbers, times and names in sentences, each kind in one format."""

from collections.abc import Iterable, Sequence
from datetime import datetime

KILOBYTE = 1000

_CLIP = 40
"""Characters of a name that are enough to recognize it."""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun in singular or plural.

    Examples:
        >>> counted(1, "filename"), counted(1200, "class")
        ('1 filename', '1,200 classes')
    """
    plural = f"{noun}es" if noun.endswith(("s", "x")) else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def capitalized(text: str) -> str:
    """Return a text as the beginning of a sentence; a first word such as mAP, and all that follows, stays as it is.

    Examples:
        >>> capitalized("accuracy of RANDOM"), capitalized("mAP of 7 classes"), capitalized("")
        ('Accuracy of RANDOM', 'mAP of 7 classes', '')
    """
    first_word = text.partition(" ")[0]
    # Not `str.capitalize`, which makes small letters of all the others: RANDOM would become Random.
    return text[:1].upper() + text[1:] if first_word.islower() else text


def quoted(names: Iterable[str]) -> str:
    """Return names of ours in a row, each in quotes.

    Examples:
        >>> print(quoted(["cats", "dogs"]))
        'cats', 'dogs'
    """
    return ", ".join(f"'{name}'" for name in names)


def clipped(names: Sequence[str], most: int = 10) -> str:
    """Return the first names out of a file of strangers in a row, of each as much as a message has room for.

    Examples:
        >>> print(clipped(["cat", "dog", 99 * "x", "cow"], 3))
        'cat', 'dog', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
    """
    return ", ".join(repr(name[:_CLIP]) for name in names[:most])


def encodable(text: str) -> str:
    r"""Return a text that UTF-8 and every database can hold; what they cannot is written as an escape.

    Names of files hold such characters where their bytes are not UTF-8.

    Examples:
        >>> print(encodable("caf\udce9.jpg"), encodable("a\0b"), encodable("café"))
        caf\udce9.jpg a\x00b café
    """
    return text.encode(errors="backslashreplace").decode().replace("\0", r"\x00")


def percent(share: float) -> str:
    """Return a share of 1 as a percentage with one decimal.

    Examples:
        >>> percent(0.4041), percent(1)
        ('40.4%', '100.0%')
    """
    return f"{100 * share:.1f}%"


def duration(seconds: float) -> str:
    """Return a time in seconds, minutes, or hours and minutes, as precise as people care for.

    Examples:
        >>> duration(45.2), duration(200), duration(7380)
        ('45 s', '3 min', '2 h 3 min')
    """
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def byte_size(n_bytes: int) -> str:
    """Return a size on disk.

    Examples:
        >>> byte_size(71_880), byte_size(5_300_000_000)
        ('72 kB', '5.3 GB')
    """
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < KILOBYTE:
            return f"{size:.0f} {unit}"
        size /= KILOBYTE
    return f"{size:.1f} GB"


def day(milliseconds: int) -> str:
    """Return the local day of a time in milliseconds since 1970, such as "Nov 26, 2026"."""
    moment_of_day = datetime.fromtimestamp(milliseconds / 1000)
    return f"{moment_of_day:%b} {moment_of_day.day}, {moment_of_day.year}"


def moment(milliseconds: int) -> str:
    """Return the local day and minute of a time in milliseconds since 1970, such as "Nov 26, 2026, 14:30"."""
    return f"{day(milliseconds)}, {datetime.fromtimestamp(milliseconds / 1000):%H:%M}"
