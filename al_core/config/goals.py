"""What a selection should like: factors on what the method itself picks by.

Diversity and uncertainty are the method's own. The candidate of the highest product of value and factors is picked,
each factor to the power of its strength: the rule that Lightly publishes for combining strategies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from al_core.config.groups import Column, Grouping, group_name, read_grouping
from al_core.config.numbers import checked_strength, number_in
from al_core.config.plain_record import PlainRecord, by_kind, read_plain
from al_core.exceptions import InvalidInputError
from al_core.text import counted

PREDICTED_CLASS: Final = "predicted class"
"""Groups samples by what the model says they show; one sample may show several classes."""

By = Literal["predicted class"] | Grouping


class Goal(PlainRecord):
    """A preference; it excludes nothing."""

    strength: float


@dataclass(frozen=True, init=False)
class Balance(Goal):
    """Prefers samples of groups that the labeled set and this selection are short of.

    Attributes:
        by: "predicted class", or a grouping.
        target: "uniform", "input" (the shares of the query set), or the wanted share of each group by name.
        strength: The exponent of target share / count.

    Examples:
        >>> Balance(target={"cat": 1, "dog": 3}).target
        (('cat', 0.25), ('dog', 0.75))
    """

    kind: ClassVar[str] = "balance"
    by: By = PREDICTED_CLASS
    target: Literal["uniform", "input"] | tuple[tuple[str, float], ...] = "uniform"
    strength: float = 1.0

    def __init__(
        self,
        by: By | Mapping[str, Any] = PREDICTED_CLASS,
        target: Literal["uniform", "input"] | Mapping[str, float] | Sequence[Sequence[Any]] = "uniform",
        strength: float = 1.0,
    ) -> None:
        object.__setattr__(self, "by", read_by(by))
        # Only a text may be one of the two: an array or a series compares each of its entries.
        is_rule = isinstance(target, str) and target in ("uniform", "input")
        object.__setattr__(self, "target", target if is_rule else _shares(target))
        object.__setattr__(self, "strength", checked_strength(strength))

    @property
    def words(self) -> str:
        """What is balanced, and how.

        Examples:
            >>> Balance(target={"cat": 1, "dog": 3}).words
            'predicted class: cat 25%, dog 75%'
        """
        by = by_in_words(self.by)
        if self.target == "uniform":
            return f"even out {by}{_strength_in_words(self.strength)}"
        if self.target == "input":
            return f"{by} as often as in the images to choose from{_strength_in_words(self.strength)}"
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.target)
        return f"{by}: {shares}{_strength_in_words(self.strength)}"


@dataclass(frozen=True, init=False)
class Similar(Goal):
    """Prefers samples that look like others.

    Attributes:
        to: The name of a tag, or filenames.
        strength: The exponent of 1 / (1 + distance to the nearest of them); below 0 it prefers samples unlike them.
    """

    kind: ClassVar[str] = "similar"
    to: str | tuple[str, ...]
    strength: float = 1.0

    def __init__(self, to: str | Sequence[str], strength: float = 1.0) -> None:
        names = to if isinstance(to, str) else _names(to)
        if not names or not all(isinstance(name, str) and name for name in names):
            raise InvalidInputError(f"Similar needs the name of a tag, or filenames, not {to!r}")
        object.__setattr__(self, "to", names)
        object.__setattr__(self, "strength", checked_strength(strength, lowest=-100))

    @property
    def key(self) -> str:
        """By which `select` is handed the vectors to look like."""
        return self.to if isinstance(self.to, str) else "\n".join(self.to)

    @property
    def words(self) -> str:
        """What is looked for."""
        others = f"“{self.to}”" if isinstance(self.to, str) else counted(len(self.to), "image")
        likeness = "unlike" if self.strength < 0 else "like"
        return f"{likeness} {others}{_strength_in_words(abs(self.strength))}"


@dataclass(frozen=True)
class Typical(Goal):
    """Prefers samples in dense places of the data: Hacohen et al., ICML 2022 (arXiv 2202.02794)."""

    kind: ClassVar[str] = "typical"
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checked_strength(self.strength))

    @property
    def words(self) -> str:
        """What is preferred."""
        return f"typical images{_strength_in_words(self.strength)}"


@dataclass(frozen=True)
class Novel(Goal):
    """Prefers samples far from everything that was labeled before this selection."""

    kind: ClassVar[str] = "novel"
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checked_strength(self.strength))

    @property
    def words(self) -> str:
        """What is preferred."""
        return f"unlike what is labeled{_strength_in_words(self.strength)}"


@dataclass(frozen=True)
class Prefer(Goal):
    """Prefers samples with a high number in a metadata column or score, from 0; below 0 strength, a low one."""

    kind: ClassVar[str] = "prefer"
    column: str
    strength: float = 1.0

    def __post_init__(self) -> None:
        # The same rules as for the name of a column that groups.
        Column(self.column)
        object.__setattr__(self, "strength", checked_strength(self.strength, lowest=-100))

    @property
    def words(self) -> str:
        """Which end of the column is preferred."""
        end = "low" if self.strength < 0 else "high"
        return f"{end} {self.column}{_strength_in_words(abs(self.strength))}"


GOALS: dict[str, type[Goal]] = by_kind(Balance, Similar, Typical, Novel, Prefer)
"""Every goal by its kind: a new one is one class and one line here, and one line in `al_core.selection.goals`."""


def read_goal(value: Any) -> Goal:
    """Return a goal from itself or its JSON, or raise `InvalidInputError`."""
    return value if isinstance(value, Goal) else read_plain(value, GOALS, "goal")


def read_by(value: Any) -> By:
    """Return what samples are grouped by, from itself or its JSON, or raise `InvalidInputError`."""
    return PREDICTED_CLASS if isinstance(value, str) and value == PREDICTED_CLASS else read_grouping(value)


def by_in_words(by: By) -> str:
    """Return what samples are grouped by, for people."""
    return by if isinstance(by, str) else by.words


def _strength_in_words(strength: float) -> str:
    return "" if strength == 1 else f" (strength {strength:g})"


def _names(to: Any) -> tuple[Any, ...]:
    try:
        return tuple(to)
    except TypeError:
        # Not a list of anything, which the caller says in its words.
        return ()


def _shares(target: Any) -> tuple[tuple[str, float], ...]:
    # A series of pandas has items as well, such as the counts of its values.
    pairs = target.items() if hasattr(target, "items") else target
    try:
        shares = {group_name(name): number_in("a target share", share, 0) for name, share in pairs}
    except InvalidInputError:
        raise
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f'the target of Balance is "uniform", "input" or a share by group, not {target!r}'
        ) from error
    total = sum(shares.values())
    if not total:
        raise InvalidInputError(f"the target shares of Balance add up to nothing: {target!r}")
    # Sorted, so that the same wish is the same configuration, whatever the order in a file.
    return tuple((name, share / total) for name, share in sorted(shares.items()))
