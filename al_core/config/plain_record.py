"""Records of a configuration: frozen, hashable, and plain JSON with a kind and what is not at its default."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, ClassVar, TypeVar

from al_core.exceptions import InvalidInputError

KIND = "kind"


class PlainRecord:
    """A part of a configuration; subclasses are frozen dataclasses whose values are plain, records, or tuples of them.

    Attributes:
        kind: What JSON calls it.
    """

    kind: ClassVar[str]

    @property
    def words(self) -> str:
        """The record in words, for people."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """Return the kind and the fields that are not at their default, so that what is new stays out of old files."""
        content: dict[str, Any] = {KIND: self.kind}
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            if field.default is MISSING or value != field.default:
                content[field.name] = _plain(value)
        return content


Record = TypeVar("Record", bound=PlainRecord)


def read_plain(content: object, kinds: Mapping[str, type[Record]], noun: str) -> Record:
    """Return the record that JSON describes.

    Args:
        content: As `to_json` returns it.
        kinds: The records that may stand here, by kind.
        noun: What they are called in messages, such as "goal".

    Raises:
        InvalidInputError: If the kind, or a field of it, is not one of this version, or a value is out of range.
    """
    if not isinstance(content, Mapping) or KIND not in content:
        raise InvalidInputError(f"a {noun} is an object with a {KIND!r}, one of {_listed(kinds)}, not {content!r}")
    values = dict(content)
    kind = values.pop(KIND)
    if not isinstance(kind, str) or kind not in kinds:
        raise InvalidInputError(f"there is no {noun} {kind!r} in this version; use one of {_listed(kinds)}")
    record = kinds[kind]
    names = [field.name for field in fields(record)]  # type: ignore[arg-type]  # every record is a dataclass
    unknown = [name for name in values if name not in names]
    if unknown:
        raise InvalidInputError(f"the {noun} {kind!r} has no {unknown[0]!r} in this version; it has {_listed(names)}")
    try:
        return record(**values)
    except TypeError as error:
        raise InvalidInputError(
            f"the {noun} {kind!r} needs more than {_listed(values)}; it has {_listed(names)}"
        ) from error


def by_kind(*records: type[Record]) -> dict[str, type[Record]]:
    """Return records by their kind, in this order."""
    return {record.kind: record for record in records}


def _plain(value: Any) -> Any:
    if isinstance(value, PlainRecord):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
