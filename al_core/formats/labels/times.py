"""When somebody labeled an image, as tools write it."""

import math
from datetime import UTC, datetime
from typing import Any

_MILLISECONDS_FROM = 1e11
"""Numbers above this, the year 5138 in seconds, are milliseconds."""


def seconds_since_1970(time: Any) -> float:
    """Return a time as seconds since 1970; NaN if it is none. Without a time zone it is in UTC.

    Examples:
        >>> seconds_since_1970("1970-01-01T00:01:00.5Z"), seconds_since_1970("1970-01-01 01:00")
        (60.5, 3600.0)
    """
    number = _number(time)
    if math.isfinite(number):
        return number / 1000 if abs(number) > _MILLISECONDS_FROM else number
    if not isinstance(time, str):
        return math.nan
    try:
        moment = datetime.fromisoformat(time.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
