"""What a person wants of a project's rounds: a target, what labels cost, and what a point of accuracy is worth."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from al_core.exceptions import InvalidInputError
from al_core.store.stored_json import read_record, to_json

if TYPE_CHECKING:
    from al_core.store import Dataset

DEFAULT_TARGET = 0.9


@dataclass(frozen=True)
class RoundPlan:
    """Target and prices of a dataset's rounds.

    Attributes:
        target: The accuracy to reach, 0 to 1.
        price_per_image: What labeling one image costs; 0 if nobody said so.
        price_per_object: What each labeled box, mask or set of keypoints costs on top.
        value_per_point: What one point (1 %) of accuracy is worth; 0 if nobody said so.
        currency: The sign before amounts.
        version: Of this layout.
    """

    target: float = DEFAULT_TARGET
    price_per_image: float = 0.0
    price_per_object: float = 0.0
    value_per_point: float = 0.0
    currency: str = "€"
    version: int = 1

    def __post_init__(self) -> None:
        # JSON writes whole numbers without a point.
        for name in ("target", "price_per_image", "price_per_object", "value_per_point"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if not 0 < self.target <= 1:
            raise InvalidInputError(f"the target is an accuracy above 0 and up to 1, not {self.target}")
        for name in ("price_per_image", "price_per_object", "value_per_point"):
            amount = getattr(self, name)
            if not 0 <= amount < math.inf:
                raise InvalidInputError(f"{name} is an amount of money from 0, not {amount}")
        if not 0 < len(self.currency) <= 8 or not self.currency.isprintable():
            raise InvalidInputError(f"the currency is a sign of 1 to 8 characters, not {self.currency!r}")

    @property
    def has_prices(self) -> bool:
        """Whether the price of a label was said."""
        return self.price_per_image > 0 or self.price_per_object > 0

    def cost(self, n_images: float, n_objects: float = 0) -> float:
        """Return what labels cost.

        Examples:
            >>> RoundPlan(price_per_image=0.5, price_per_object=0.1).cost(100, 240)
            74.0
        """
        return n_images * self.price_per_image + n_objects * self.price_per_object

    def amount(self, money: float) -> str:
        """Return an amount of money in words.

        Examples:
            >>> RoundPlan().amount(1234.5)
            '€ 1,234.50'
        """
        return f"{self.currency} {money:,.2f}"


def read_plan(dataset: "Dataset") -> RoundPlan:
    """Return the plan of a dataset's rounds; without one, a target of 90 % and no prices."""
    return read_record(RoundPlan, dataset.round_plan()) or RoundPlan()


def save_plan(dataset: "Dataset", plan: RoundPlan) -> None:
    """Store the plan of a dataset's rounds, in place of the one before."""
    dataset.set_round_plan(to_json(plan))
