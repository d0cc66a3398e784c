"""What a selection must obey. Labeled rows count toward a limit; a group over its limit is closed: that is no error."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar, Literal

from al_core.config.goals import By, by_in_words, read_by
from al_core.config.groups import Column, Grouping, Pattern, group_name, read_grouping
from al_core.config.numbers import float_or_nan, number_in, whole_number
from al_core.config.plain_record import PlainRecord, by_kind, read_plain
from al_core.exceptions import InvalidInputError

ROLES = ("duplicates", "unreadable")
"""What `Exclude` leaves out by its role."""


class Limit(PlainRecord):
    """A rule that no selection breaks."""


@dataclass(frozen=True, init=False)
class AtMost(Limit):
    """At most k samples of each group, labeled ones included.

    Examples:
        >>> AtMost(3, per=Column("patient")).to_json()
        {'kind': 'at-most', 'k': 3, 'per': {'kind': 'column', 'name': 'patient'}}
    """

    kind: ClassVar[str] = "at-most"
    k: int
    per: Grouping

    def __init__(self, k: int, per: Grouping | Mapping[str, Any]) -> None:
        object.__setattr__(self, "k", whole_number("k", k, lowest=1))
        object.__setattr__(self, "per", read_grouping(per))

    @property
    def words(self) -> str:
        """The rule, for people.

        Examples:
            >>> AtMost(3, per=Column("patient")).words
            'at most 3 per patient'
        """
        return f"at most {self.k:,} per {self.per.words}"


@dataclass(frozen=True, init=False)
class Apart(Limit):
    """Samples whose numbers differ by at least so much: frames of a video, seconds, meters.

    Attributes:
        by: A column of numbers, or a pattern whose `{}` is a number.
        at_least: The least difference between two selected samples.
        within: Only samples of one group are compared; None compares all.
    """

    kind: ClassVar[str] = "apart"
    by: Column | Pattern
    at_least: float
    within: Grouping | None = None

    def __init__(
        self,
        by: Column | Pattern | Mapping[str, Any],
        at_least: float,
        within: Grouping | Mapping[str, Any] | None = None,
    ) -> None:
        numbers = read_grouping(by)
        if not isinstance(numbers, Column | Pattern):
            raise InvalidInputError(f"Apart compares numbers: give a Column or a Pattern, not {by!r}")
        object.__setattr__(self, "by", numbers)
        object.__setattr__(self, "at_least", number_in("at_least", at_least, 0))
        object.__setattr__(self, "within", None if within is None else read_grouping(within))

    @property
    def words(self) -> str:
        """The rule, for people."""
        within = f" within a {self.within.words}" if self.within else ""
        return f"{self.by.words} at least {self.at_least:g} apart{within}"


@dataclass(frozen=True, init=False)
class Quota(Limit):
    """A least and a greatest number of samples of some groups, labeled ones included.

    Attributes:
        by: "predicted class", or a grouping.
        ranges: (group, (least, most)) by name; -1 for no most.

    Examples:
        >>> Quota(Column("camera"), {"front": (10, 50), "rear": (5, -1)}).ranges
        (('front', (10, 50)), ('rear', (5, -1)))
    """

    kind: ClassVar[str] = "quota"
    by: By
    ranges: tuple[tuple[str, tuple[int, int]], ...]

    def __init__(
        self, by: By | Mapping[str, Any], ranges: Mapping[str, Sequence[int]] | Sequence[Sequence[Any]]
    ) -> None:
        pairs = ranges.items() if hasattr(ranges, "items") else ranges
        try:
            checked = {group_name(name): _range(name, *bounds) for name, bounds in pairs}
        except InvalidInputError:
            # It is a ValueError too, whose own sentence is better than the one below.
            raise
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"a quota is (least, most) by group, not {ranges!r}") from error
        if not checked:
            raise InvalidInputError("a quota names at least one group")
        object.__setattr__(self, "by", read_by(by))
        object.__setattr__(self, "ranges", tuple(sorted(checked.items())))

    @property
    def words(self) -> str:
        """The rule, for people.

        Examples:
            >>> Quota(Column("camera"), {"front": (10, 50), "rear": (5, -1)}).words
            'camera: front 10 to 50, rear at least 5'
        """
        ranges = ", ".join(f"{name} {_range_in_words(*ends)}" for name, ends in self.ranges)
        return f"{by_in_words(self.by)}: {ranges}"


@dataclass(frozen=True)
class Between(Limit):
    """Only samples whose number in a column lies in a range; a sample without a number is left out."""

    kind: ClassVar[str] = "between"
    name: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        Column(self.name)
        for end in ("at_least", "at_most"):
            bound = getattr(self, end)
            if bound is None:
                continue
            number = float_or_nan(bound)
            if not math.isfinite(number):
                raise InvalidInputError(f"the range of '{self.name}' is of finite numbers, not {bound!r}")
            # Numbers of numpy become Python's, so that a limit can be stored as JSON; whole ones stay whole.
            object.__setattr__(self, end, int(bound) if isinstance(bound, Integral) else number)
        if self.at_least is None and self.at_most is None:
            raise InvalidInputError(f"give the range of '{self.name}': at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise InvalidInputError(f"no number lies between {self.at_least} and {self.at_most}; swap them")

    @property
    def words(self) -> str:
        """The rule, for people."""
        if self.at_most is None:
            return f"{self.name} at least {self.at_least:g}"
        if self.at_least is None:
            return f"{self.name} at most {self.at_most:g}"
        return f"{self.name} from {self.at_least:g} to {self.at_most:g}"


@dataclass(frozen=True)
class Exclude(Limit):
    """Leaves samples out.

    Attributes:
        role: "duplicates" (tags of that role) or "unreadable" (images that cannot be read).
        tag: The name of a tag.
    """

    kind: ClassVar[str] = "exclude"
    role: Literal["duplicates", "unreadable"] | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        if self.tag is not None:
            # The same rules as for the name of a column.
            Column(self.tag)
        has_one = (self.role is None) != (self.tag is None)
        is_role_unknown = self.role is not None and self.role not in ROLES
        if is_role_unknown or not has_one:
            raise InvalidInputError(f'exclude "duplicates", "unreadable" or tag=…, exactly one of them, not {self!r}')

    @property
    def words(self) -> str:
        """The rule, for people."""
        if self.tag is not None:
            return f"nothing from “{self.tag}”"
        return "no duplicates" if self.role == "duplicates" else "no unreadable images"


LIMITS: dict[str, type[Limit]] = by_kind(AtMost, Apart, Quota, Between, Exclude)
"""Every limit by its kind: a new one is one class and one line here, and one line in `al_core.selection.limits`."""


def read_limit(value: Any) -> Limit:
    """Return a limit from itself or its JSON, or raise `InvalidInputError`."""
    return value if isinstance(value, Limit) else read_plain(value, LIMITS, "limit")


def _range_in_words(least: int, most: int) -> str:
    if most == -1:
        return f"at least {least:,}"
    return f"at most {most:,}" if not least else f"{least:,} to {most:,}"


def _range(name: object, least: object, most: object) -> tuple[int, int]:
    fewest = whole_number(f"the least of '{name}'", least)
    greatest = whole_number(f"the most of '{name}'", most, lowest=-1, hint=", or -1 for no limit")
    if -1 < greatest < fewest:
        raise InvalidInputError(f"the quota of '{name}' asks for at least {fewest} and at most {greatest}")
    return fewest, greatest
