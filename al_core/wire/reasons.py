"""Why samples were picked, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from al_core.evaluation import PickReason


def write_reasons(reasons: Sequence[PickReason]) -> list[dict[str, Any]]:
    """Return reasons as plain values.

    Examples:
        >>> reason = PickReason(row=7, rank=1, score=None, added_coverage=0.5, nearest_row=None, distance=None)
        >>> write_reasons([reason])[0]["addedCoverage"]
        0.5
        >>> read_reasons(write_reasons([reason])) == [reason]
        True
    """
    return [{to_camel(name): value for name, value in asdict(reason).items()} for reason in reasons]


def read_reasons(content: Sequence[Mapping[str, Any]]) -> list[PickReason]:
    """Return the reasons that `write_reasons` wrote."""
    return [PickReason(**{to_snake(name): value for name, value in record.items()}) for record in content]
