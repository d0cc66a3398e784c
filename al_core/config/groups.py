"""What samples have in common: a value of a column, a folder, a part of their filenames."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from al_core.config.numbers import LARGEST_INTEGER
from al_core.config.plain_record import PlainRecord, by_kind, read_plain
from al_core.exceptions import InvalidInputError

GROUP = "{}"
"""What stands for the name of the group in a `Pattern`."""

ANY_TEXT = "*"


class Grouping(PlainRecord):
    """Splits samples into groups; a sample without a group is not limited by them."""

    @property
    def key(self) -> str:
        """A text that differs for different groupings, by which `select` is handed their columns."""
        raise NotImplementedError


@dataclass(frozen=True)
class Column(Grouping):
    """Samples with the same value of a metadata column.

    Examples:
        >>> Column("camera").to_json()
        {'kind': 'column', 'name': 'camera'}
    """

    kind: ClassVar[str] = "column"
    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InvalidInputError(f"a column is named by a text, not {self.name!r}")

    @property
    def key(self) -> str:
        """The name of the column."""
        return self.name

    @property
    def words(self) -> str:
        """The name of the column."""
        return self.name


@dataclass(frozen=True)
class Folder(Grouping):
    """Samples of the same folder.

    Attributes:
        depth: How many folders of the filename count, from the left.
    """

    kind: ClassVar[str] = "folder"
    depth: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.depth, int) or isinstance(self.depth, bool) or self.depth < 1:
            raise InvalidInputError(f"the depth of a folder is a whole number from 1, not {self.depth!r}")

    @property
    def key(self) -> str:
        """Not a name that a column is likely to have."""
        return f"folder of depth {self.depth}"

    @property
    def words(self) -> str:
        """What stands after "per"."""
        return "folder" if self.depth == 1 else f"folder ({self.depth} levels)"


@dataclass(frozen=True)
class Pattern(Grouping):
    """Samples whose filenames have the same text at `{}`; `*` stands for any text and `?` for one character.

    Only the last part of the filename counts, unless the pattern has a `/`.

    Examples:
        >>> Pattern("patient_{}_*.png").key
        'pattern patient_{}_*.png'
    """

    kind: ClassVar[str] = "pattern"
    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or self.text.count(GROUP) != 1:
            raise InvalidInputError(
                f"a pattern has one {GROUP} where the name of the group stands, such as 'patient_{GROUP}_*.png', "
                f"not {self.text!r}"
            )
        if ANY_TEXT + GROUP in self.text or GROUP + ANY_TEXT in self.text:
            raise InvalidInputError(
                f"where does the group in {self.text!r} end? Put a character between {GROUP} and {ANY_TEXT}"
            )

    @property
    def key(self) -> str:
        """Not a name that a column is likely to have."""
        return f"pattern {self.text}"

    @property
    def words(self) -> str:
        """The pattern in quotes."""
        return f"“{self.text}”"


GROUPINGS: dict[str, type[Grouping]] = by_kind(Column, Folder, Pattern)


def group_name(value: object) -> str:
    """Return what a group is called whose samples have this value: whole numbers have no decimal point.

    Examples:
        >>> group_name(3.0), group_name(0.25), group_name("front")
        ('3', '0.25', 'front')
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        return str(value)
    if isinstance(value, Integral):
        # All digits, so that no two long ones have the same name.
        return str(int(value))
    number = float(value)
    is_whole = number.is_integer() and abs(number) < LARGEST_INTEGER
    # 15 digits: what differs in the last bit alone does not become two names.
    return str(int(number)) if is_whole else f"{number:.15g}"


def read_grouping(value: Any) -> Grouping:
    """Return a grouping from itself or its JSON.

    Raises:
        InvalidInputError: If it is neither.
    """
    return value if isinstance(value, Grouping) else read_plain(value, GROUPINGS, "grouping")
