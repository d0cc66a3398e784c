"""Names that a format has no way to write."""

import re
from collections.abc import Iterable

from al_core.exceptions import InvalidInputError

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def check_one_line_each(names: Iterable[str]) -> None:
    """Raise `InvalidInputError` if a name would be several lines in a file of one name a line.

    Examples:
        >>> check_one_line_each(["a b.png"])
    """
    for name in names:
        # As Python splits lines, and with it those who read such a list: at \x0b or \u2028, too.
        if name.splitlines() != [name]:
            raise InvalidInputError(
                f"{name!a} holds a line break, and this format has a name on each line; export JSON, or rename it"
            )


def check_xml(names: Iterable[str]) -> None:
    r"""Raise `InvalidInputError` if a name has a character that XML cannot hold, not even escaped.

    Examples:
        >>> check_xml(["a < b", "line\nbreak"])
    """
    for name in names:
        if _NOT_IN_XML.search(name):
            raise InvalidInputError(f"{name!a} holds a control character, which XML has no way to write; rename it")
