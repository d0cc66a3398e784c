"""Records as the catalog keeps them: JSON that any later version reads, and any earlier one."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

from al_core.exceptions import ALCoreError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")

_UNSET: tuple[object, ...] = (None, (), "")


def to_json(record: "DataclassInstance") -> dict[str, Any]:
    """Return the attributes of a record that say something, as plain values."""
    return {name: value for name, value in asdict(record).items() if value not in _UNSET}


def read_record(record: type[Record], content: Mapping[str, Any] | None) -> Record | None:
    """Return a record with the values of those keys that it has; None without content or if a value is refused.

    Unknown keys are ignored and missing ones have the record's defaults, so that the layout may change.

    Examples:
        >>> from al_core.store.provenance import ArraySource
        >>> read_record(ArraySource, {"name": "default", "digest": "6fc4", "color": "red"})
        ArraySource(name='default', digest='6fc4')
        >>> read_record(ArraySource, {"name": "default"}) is None
        True
    """
    if not isinstance(content, Mapping):
        return None
    names = {field.name for field in fields(record)}
    try:
        return record(**{name: _frozen(value) for name, value in content.items() if name in names})
    except (TypeError, ALCoreError):
        # A later version may store values that this one does not understand; what they describe is good all the same.
        return None


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
