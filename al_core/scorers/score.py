from collections.abc import Callable
from dataclasses import dataclass

from al_core.types import Probabilities


@dataclass(frozen=True)
class Score:
    """What a score is, for people; its values come from the scorer that declares it.

    Attributes:
        name: The key under which it is calculated and stored.
        title: Its name in running text, such as "Least confidence".
        formula: How it is calculated, in symbols and words.
        work_out: Returns the sum behind the score of one sample from its class probabilities (C,), such as
            `1 − (0.700 − 0.200) = 0.500`; None where the score does not come from one row of probabilities.
    """

    name: str
    title: str
    formula: str
    work_out: Callable[[Probabilities], str] | None = None
