import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from al_core.exceptions import InvalidInputError


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


@dataclass(frozen=True)
class SelectionConfig:
    """What to select, and when to stop.

    Attributes:
        method: One of `SamplingMethod`, or its name in any case.
        n_samples: The size of the labeled set after the selection, preselected samples included; -1 leaves only
            `min_distance` as the stop.
        min_distance: No two samples of the result are nearer than this: a Euclidean distance between L2-normalised
            embeddings, 0 to 2; -1 turns it off.
        name: The name of the new tag; by default method, sizes and time, never the same twice.
        score_name: The score that CORAL and ACTIVE_LEARNING use; by default the margin if there is one.
        seed: Fixes every random choice; None draws one, which is recorded with the result.
        normalize: Whether embeddings are scaled to unit length before distances are measured.
        coral: How CORAL joins diversity and uncertainty: "herding" covers the uncertain parts of the data by uncertain
            samples, "product" picks the highest product of score and distance to the nearest chosen sample.
        strength: The exponent of the score in CORAL; 0 leaves diversity alone.

    Raises:
        InvalidInputError: If a value is out of range or there is no stopping condition.

    Examples:
        >>> SelectionConfig(method="coral", n_samples=200, name="al-iteration-1").method
        <SamplingMethod.CORAL: 'CORAL'>
        >>> SelectionConfig(n_samples=-1)
        Traceback (most recent call last):
        ...
        al_core.exceptions.InvalidInputError: no stopping condition: set n_samples, min_distance or both
    """

    method: SamplingMethod = SamplingMethod.CORESET
    n_samples: int = 32
    min_distance: float = -1
    name: str = None  # type: ignore[assignment]  # None only on the way in: the constructor fills it
    score_name: str | None = field(default=None, kw_only=True)
    seed: int | None = field(default=None, kw_only=True)
    normalize: bool = field(default=True, kw_only=True)
    coral: Literal["herding", "product"] = field(default="herding", kw_only=True)
    strength: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "method", SamplingMethod(self.method))
        self._check()
        if self.name is None:
            object.__setattr__(self, "name", self._unique_name())

    def seeded(self) -> "SelectionConfig":
        """Return the same configuration with a seed drawn if there is none."""
        return self if self.seed is not None else replace(self, seed=secrets.randbits(32))

    def _check(self) -> None:
        if self.n_samples != int(self.n_samples) or self.n_samples < -1:
            raise InvalidInputError(f"n_samples is a whole number from 0, or -1 for no limit, not {self.n_samples}")
        if self.min_distance != -1 and not 0 <= self.min_distance < float("inf"):
            raise InvalidInputError(f"min_distance is 0 or more, or -1 for off, not {self.min_distance}")
        if self.n_samples == -1 and self.min_distance == -1:
            raise InvalidInputError("no stopping condition: set n_samples, min_distance or both")
        if self.seed is not None and self.seed < 0:
            raise InvalidInputError(f"seed is a whole number from 0, not {self.seed}")
        if self.coral not in ("herding", "product"):
            raise InvalidInputError(f'coral is "herding" or "product", not {self.coral!r}')
        if not 0 <= self.strength < float("inf"):
            raise InvalidInputError(f"strength is 0 or more, not {self.strength}")

    def _unique_name(self) -> str:
        # The random end keeps two selections of one second apart; Lightly's default names collided.
        moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        return f"{self.method}_{self.n_samples}_{self.min_distance:g}_{moment}_{secrets.token_hex(3)}"
