import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from al_core.config.budget import Budget, read_budget
from al_core.config.goals import Goal, read_goal
from al_core.config.limits import Limit, read_limit
from al_core.config.numbers import checked_strength, float_or_nan, number_in, text_or_none, truth_value, whole_number
from al_core.exceptions import InvalidInputError

LATER: Mapping[str, object] = {"test_share": 0.0, "test_groups": None, "goals": (), "limits": (), "budget": None}
"""The attributes that came after version 0.2, with their defaults."""


class SamplingMethod(StrEnum):
    """How samples are selected; members equal and print as their plain strings.

    Examples:
        >>> SamplingMethod("coreset") == "CORESET"
        True
        >>> print(SamplingMethod.CORAL)
        CORAL
    """

    RANDOM = "RANDOM"
    CORESET = "CORESET"
    CORAL = "CORAL"
    ACTIVE_LEARNING = "ACTIVE_LEARNING"

    @classmethod
    def _missing_(cls, value: object) -> "SamplingMethod":
        by_name = {member.value: member for member in cls}
        if isinstance(value, str) and value.upper() in by_name:
            return by_name[value.upper()]
        raise InvalidInputError(f"unknown sampling method {value!r}; use one of {', '.join(by_name)}")


@dataclass(frozen=True, init=False)
class SelectionConfig:
    """What to select, and when to stop.

    Attributes:
        method: One of `SamplingMethod`, or its name in any case.
        n_samples: The size of the labeled set after the selection, preselected samples included; -1 leaves only
            `min_distance` as the stop.
        min_distance: No two samples of the result are nearer than this: a Euclidean distance between L2-normalized
            embeddings, 0 to 2; -1 turns it off.
        name: The name of the new tag; by default method, sizes and time, never the same twice.
        score_name: The score that CORAL and ACTIVE_LEARNING use; by default the margin if there is one.
        seed: Fixes every random choice, 0 to 2^63 - 1; None draws one, which is recorded with the result.
        normalize: Whether embeddings are scaled to unit length before distances are measured.
        coral: How CORAL joins diversity and uncertainty: "herding" covers the uncertain parts of the data by uncertain
            samples, "product" picks the highest product of score and distance to the nearest chosen sample.
        strength: The exponent of the score in CORAL, 0 to 100; 0 leaves diversity alone.
        test_share: How many of the new samples are drawn at random for testing, 0 to 1. They come from a reserve that
            no method picks from, must not be trained on, and make accuracy on them an honest one.
        goals: What the selection should like besides, records of `al_core.config.GOALS`; RANDOM, the control, has none.
        limits: What it must obey, records of `al_core.config.LIMITS`.
        budget: What the new samples may cost together. The first of `n_samples` and budget that is reached stops.

    Raises:
        InvalidInputError: If a value is of the wrong type or out of range, or there is no stopping condition.

    Examples:
        >>> SelectionConfig(method="coral", n_samples=200, name="al-iteration-1").method
        <SamplingMethod.CORAL: 'CORAL'>
        >>> SelectionConfig(n_samples=-1)
        Traceback (most recent call last):
        ...
        al_core.exceptions.InvalidInputError: no stopping condition: set n_samples, min_distance or budget
    """

    method: SamplingMethod
    n_samples: int
    min_distance: float
    name: str
    score_name: str | None
    seed: int | None
    normalize: bool
    coral: Literal["herding", "product"]
    strength: float
    test_share: float
    test_groups: str | None
    goals: tuple[Goal, ...]
    limits: tuple[Limit, ...]
    budget: Budget | None

    # Not the generated constructor: this one takes what becomes a method, a name and plain numbers.
    def __init__(  # noqa: PLR0913 - one argument per attribute, all but Lightly's four by keyword
        self,
        method: SamplingMethod | str = SamplingMethod.CORESET,
        n_samples: int = 32,
        min_distance: float = -1,
        name: str | None = None,
        *,
        score_name: str | None = None,
        seed: int | None = None,
        normalize: bool = True,
        coral: Literal["herding", "product"] = "herding",
        strength: float = 1.0,
        test_share: float = 0.0,
        test_groups: str | None = None,
        goals: Sequence[Goal | Mapping[str, Any]] = (),
        limits: Sequence[Limit | Mapping[str, Any]] = (),
        budget: Budget | Mapping[str, Any] | None = None,
    ) -> None:
        # Numbers of numpy become Python's, so that a configuration can be stored as JSON.
        values = {
            "method": SamplingMethod(method),
            "n_samples": whole_number("n_samples", n_samples, lowest=-1, hint=", or -1 for no limit"),
            "min_distance": _min_distance(min_distance),
            "score_name": text_or_none("score_name", score_name),
            "seed": None if seed is None else whole_number("seed", seed),
            "normalize": truth_value("normalize", normalize),
            "coral": coral,
            "strength": checked_strength(strength),
            "test_share": number_in("test_share", test_share, 0, 1),
            "test_groups": text_or_none("test_groups", test_groups),
            "goals": tuple(read_goal(goal) for goal in _listed("goals", goals)),
            "limits": tuple(read_limit(limit) for limit in _listed("limits", limits)),
            "budget": read_budget(budget),
        }
        for attribute, value in values.items():
            object.__setattr__(self, attribute, value)
        if self.n_samples == -1 and self.min_distance == -1 and self.budget is None:
            raise InvalidInputError("no stopping condition: set n_samples, min_distance or budget")
        if self.test_share == 1 and self.n_samples == -1:
            raise InvalidInputError("test_share=1 selects test samples only: say how many with n_samples")
        if self.goals and self.method is SamplingMethod.RANDOM:
            raise InvalidInputError("RANDOM is the control that every other method has to beat: it takes no goals")
        if not isinstance(self.coral, str) or self.coral not in ("herding", "product"):
            raise InvalidInputError(f'coral is "herding" or "product", not {self.coral!r}')
        object.__setattr__(self, "name", text_or_none("name", name) if name is not None else self._unique_name())

    def seeded(self) -> "SelectionConfig":
        """Return the same configuration with a seed drawn if there is none."""
        return self if self.seed is not None else replace(self, seed=secrets.randbits(32))

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as plain values, without those of later versions that are at their default.

        So a configuration that does without them is stored and sent as before, and earlier versions understand it.
        """
        content: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in LATER or value != LATER[field.name]:
                content[field.name] = value
        for name in ("goals", "limits", "budget"):
            if name in content:
                content[name] = _plain(content[name])
        return content

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "SelectionConfig":
        """Return the configuration that `to_json` described.

        Raises:
            InvalidInputError: If it has what this version does not know.
        """
        # Refused, not left out: a limit that a newer version wrote would be broken without a word.
        if not isinstance(content, Mapping):
            raise InvalidInputError(f"a configuration is an object, not {content!r}")
        names = {field.name for field in fields(cls)}
        unknown = [name for name in content if name not in names]
        if unknown:
            raise InvalidInputError(f"a configuration has no '{unknown[0]}' in this version; update al_core")
        return cls(**content)

    def _unique_name(self) -> str:
        # The random end keeps two selections of one second apart; Lightly's default names collided.
        moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        return f"{self.method}_{self.n_samples}_{self.min_distance:g}_{moment}_{secrets.token_hex(3)}"


def _min_distance(value: object) -> float:
    number = float_or_nan(value)
    if number != -1 and not 0 <= number < math.inf:
        raise InvalidInputError(f"min_distance is a finite number from 0, or -1 for off, not {value!r}")
    return number


def _listed(name: str, records: Any) -> Sequence[Any]:
    if not isinstance(records, list | tuple):
        raise InvalidInputError(f"{name} are a list, not {records!r}")
    return records


def _plain(records: Any) -> Any:
    return [record.to_json() for record in records] if isinstance(records, tuple) else records.to_json()
