"""Values of a configuration, checked and made Python's own, so that they can be stored as JSON."""

import math
from numbers import Integral, Real

import numpy as np

from al_core.exceptions import InvalidInputError

LARGEST_INTEGER = 2**63 - 1
"""What the catalog and every JSON reader of 64 bits can hold."""

LARGEST_STRENGTH = 100.0
"""A score of 0.5 to this power is 1e-30, still a number in float32; larger exponents turn most scores into 0."""


def whole_number(name: str, value: object, *, lowest: int = 0, hint: str = "") -> int:
    """Return a whole number from `lowest` to the largest integer, or raise `InvalidInputError`."""
    # `Integral` covers numpy's integers too; True is one as well, and hardly meant as a number.
    number = int(value) if isinstance(value, Integral) and not isinstance(value, bool) else None
    if number is None or not lowest <= number <= LARGEST_INTEGER:
        raise InvalidInputError(f"{name} is a whole number from {max(lowest, 0)} to 2^63 - 1{hint}, not {value!r}")
    return number


def number_in(name: str, value: object, lowest: float, highest: float = math.inf) -> float:
    """Return a number from `lowest` to `highest`, infinite only if that is, or raise `InvalidInputError`."""
    number = float_or_nan(value)
    # Every comparison with NaN is false, which refuses it.
    if not lowest <= number <= highest or (number == math.inf and highest == math.inf):
        limit = f"from {lowest:g}" if highest == math.inf else f"from {lowest:g} to {highest:g}"
        raise InvalidInputError(f"{name} is a number {limit}, not {value!r}")
    return number


def checked_strength(value: object, *, lowest: float = 0) -> float:
    """Return an exponent, or raise `InvalidInputError`."""
    return number_in("strength", value, lowest, LARGEST_STRENGTH)


def truth_value(name: str, value: object) -> bool:
    """Return True or False, those of numpy too, or raise `InvalidInputError`."""
    if not isinstance(value, bool | np.bool_):
        raise InvalidInputError(f"{name} is True or False, not {value!r}")
    return bool(value)


def text_or_none(name: str, value: object) -> str | None:
    """Return a text or None, or raise `InvalidInputError`."""
    if not isinstance(value, str | None):
        raise InvalidInputError(f"{name} is a text, not {value!r}")
    return value


def float_or_nan(value: object) -> float:
    """Return NaN, which no range includes, for what is not a number or too large for one of 64 bits."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
