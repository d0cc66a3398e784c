import math
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from numbers import Integral, Real
from typing import Any, Literal

from al_core.exceptions import InvalidInputError

LARGEST_INTEGER = 2**63 - 1
"""What the catalog and every JSON reader of 64 bits can hold."""

LARGEST_STRENGTH = 100.0
"""A score of 0.5 to this power is 1e-30, still a number in float32; larger exponents turn most scores into 0."""

LATER: Mapping[str, object] = {"test_share": 0.0, "test_groups": None}
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

    Raises:
        InvalidInputError: If a value is of the wrong type or out of range, or there is no stopping condition.

    Examples:
        >>> SelectionConfig(method="coral", n_samples=200, name="al-iteration-1").method
        <SamplingMethod.CORAL: 'CORAL'>
        >>> SelectionConfig(n_samples=-1)
        Traceback (most recent call last):
        ...
        al_core.exceptions.InvalidInputError: no stopping condition: set n_samples, min_distance or both
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
    ) -> None:
        # Numbers of numpy become Python's, so that a configuration can be stored as JSON.
        values = {
            "method": SamplingMethod(method),
            "n_samples": _whole_number("n_samples", n_samples, lowest=-1, hint=", or -1 for no limit"),
            "min_distance": _min_distance(min_distance),
            "score_name": score_name,
            "seed": None if seed is None else _whole_number("seed", seed),
            "normalize": normalize,
            "coral": coral,
            "strength": _strength(strength),
            "test_share": _share("test_share", test_share),
            "test_groups": test_groups,
        }
        for attribute, value in values.items():
            object.__setattr__(self, attribute, value)
        if self.n_samples == -1 and self.min_distance == -1:
            raise InvalidInputError("no stopping condition: set n_samples, min_distance or both")
        if self.test_share == 1 and self.n_samples == -1:
            raise InvalidInputError("test_share=1 selects test samples only: say how many with n_samples")
        if self.coral not in ("herding", "product"):
            raise InvalidInputError(f'coral is "herding" or "product", not {self.coral!r}')
        object.__setattr__(self, "name", self._unique_name() if name is None else name)

    def seeded(self) -> "SelectionConfig":
        """Return the same configuration with a seed drawn if there is none."""
        return self if self.seed is not None else replace(self, seed=secrets.randbits(32))

    def to_json(self) -> dict[str, Any]:
        """Return the attributes as plain values, without those of later versions that are at their default.

        So a configuration that does without them is stored and sent as before, and earlier versions understand it.
        """
        return {name: value for name, value in asdict(self).items() if name not in LATER or value != LATER[name]}

    def _unique_name(self) -> str:
        # The random end keeps two selections of one second apart; Lightly's default names collided.
        moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        return f"{self.method}_{self.n_samples}_{self.min_distance:g}_{moment}_{secrets.token_hex(3)}"


def _whole_number(name: str, value: object, *, lowest: int = 0, hint: str = "") -> int:
    number = int(value) if isinstance(value, Integral) and not isinstance(value, bool) else None
    if number is None or not lowest <= number <= LARGEST_INTEGER:
        raise InvalidInputError(f"{name} is a whole number from 0 to 2^63 - 1{hint}, not {value!r}")
    return number


def _min_distance(value: object) -> float:
    number = _float_or_nan(value)
    if number != -1 and not 0 <= number < math.inf:
        raise InvalidInputError(f"min_distance is a finite number from 0, or -1 for off, not {value!r}")
    return number


def _strength(value: object) -> float:
    number = _float_or_nan(value)
    if not 0 <= number <= LARGEST_STRENGTH:
        raise InvalidInputError(f"strength is a number from 0 to {LARGEST_STRENGTH:g}, not {value!r}")
    return number


def _share(name: str, value: object) -> float:
    number = _float_or_nan(value)
    if not 0 <= number <= 1:
        raise InvalidInputError(f"{name} is a number from 0 to 1, not {value!r}")
    return number


def _float_or_nan(value: object) -> float:
    """Return NaN, which no range includes, for what is not a number or too large for one of 64 bits."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
