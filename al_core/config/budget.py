"""What a selection may cost."""

from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from al_core.config.numbers import number_in
from al_core.exceptions import InvalidInputError

UNITS = ("samples", "objects", "minutes", "money")

Amount = TypeVar("Amount")


@dataclass(frozen=True)
class Budget:
    """What the new samples may cost together.

    Attributes:
        total: In `unit`.
        unit: "samples" counts images, "objects" what is expected on them; "minutes" and "money" take the two prices.
        per_image: The price of an image, whatever it shows.
        per_object: The price of each object expected on it.
        currency: Of "money", for people.

    Examples:
        >>> Budget(100, "money", per_image=0.1, per_object=0.05, currency="EUR").price_of(4)
        0.30000000000000004
    """

    total: float
    unit: Literal["samples", "objects", "minutes", "money"] = "samples"
    per_image: float = 0.0
    per_object: float = 0.0
    currency: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.unit, str) or self.unit not in UNITS:
            raise InvalidInputError(f"the unit of a budget is one of {', '.join(UNITS)}, not {self.unit!r}")
        for name in ("total", "per_image", "per_object"):
            object.__setattr__(self, name, number_in(name, getattr(self, name), 0))
        if not isinstance(self.currency, str):
            raise InvalidInputError(f"a currency is a text, such as EUR, not {self.currency!r}")
        if not self.total:
            raise InvalidInputError("a budget of 0 buys nothing; give its total")
        if self.unit in ("minutes", "money") and not self.per_image + self.per_object:
            raise InvalidInputError(f"a budget of {self.unit} needs a price: per_image, per_object or both")

    def price_of(self, n_objects: Any) -> Any:
        """Return what images cost on which so many objects are expected: a number, or an array for an array."""
        # Arithmetic only, so that an array comes back as an array.
        if self.unit == "samples":
            return 0 * n_objects + 1.0
        if self.unit == "objects":
            return 1.0 * n_objects
        return self.per_image + self.per_object * n_objects

    @property
    def words(self) -> str:
        """The limit, for people.

        Examples:
            >>> Budget(100, "money", per_image=0.1, currency="EUR").words
            'at most EUR 100'
        """
        return f"at most {self.in_unit(self.total)}"

    def in_unit(self, amount: float) -> str:
        """Return an amount with its unit.

        Examples:
            >>> Budget(90, "minutes", per_image=0.5).in_unit(12.25)
            '12.25 minutes'
            >>> Budget(0.5).in_unit(1)
            '1 image'
        """
        number = f"{amount:,.2f}".rstrip("0").rstrip(".")
        if self.unit != "money":
            units = "images" if self.unit == "samples" else self.unit
            return f"{number} {units.removesuffix('s') if number == '1' else units}"
        # A sign stands at its number, a code apart.
        space = " " if self.currency.isalpha() else ""
        return f"{self.currency}{space}{number}"

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are not at their default."""
        values = ((field, getattr(self, field.name)) for field in fields(self))
        return {field.name: value for field, value in values if value != field.default}


def read_budget(value: Any) -> Budget | None:
    """Return a budget from itself, its JSON or None, or raise `InvalidInputError`."""
    if value is None or isinstance(value, Budget):
        return value
    try:
        return Budget(**value)
    except TypeError as error:
        names = ", ".join(field.name for field in fields(Budget))
        raise InvalidInputError(f"a budget is an object with {names}, not {value!r}") from error
