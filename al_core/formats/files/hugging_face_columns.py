"""Images and class labels in tables of Hugging Face's `datasets`, as the names that they stand for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from al_core.formats.files.json_values import is_list_of

if TYPE_CHECKING:
    import pyarrow as pa

_METADATA = b"huggingface"
_IMAGE = frozenset({"bytes", "path"})
"""The fields of an image: its file, and its name, which may be a path."""


def with_names(table: "pa.Table") -> "pa.Table":
    """Return a table with the path in place of each image, and the name of its class in place of each number.

    Images are known by their fields, so that tables without the library's metadata, as others write them, are read
    likewise. A number without a name, such as the -1 of an image without a label, becomes an empty cell.
    """
    import pyarrow as pa

    class_names = _class_names(table.schema.metadata or {})
    for position, field in enumerate(table.schema):
        if _is_image(field.type):
            table = table.set_column(position, field.name, _paths(table.column(position)))
        elif field.name in class_names and pa.types.is_integer(field.type):
            names = _named(table.column(position), class_names[field.name])
            table = table.set_column(position, field.name, names)
    return table


def _is_image(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_struct(kind)) and {field.name for field in kind} == _IMAGE


def _paths(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    import pyarrow.compute as pc

    return pc.struct_field(column, "path")


def _named(column: "pa.ChunkedArray", names: list[str]) -> "pa.ChunkedArray":
    import pyarrow as pa
    import pyarrow.compute as pc

    is_named = pc.and_(pc.greater_equal(column, 0), pc.less(column, len(names)))
    return pc.take(pa.array(names, pa.string()), pc.if_else(is_named, column, None))


def _class_names(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """Return the names of the classes of each column of class labels."""
    try:
        features: Any = orjson.loads(metadata.get(_METADATA, b"{}"))["info"]["features"]
        labels = {name: feature["names"] for name, feature in features.items() if "names" in feature}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        # What stands in this place in tables of others says nothing about columns.
        return {}
    return {name: names for name, names in labels.items() if _are_names(names)}


def _are_names(value: Any) -> bool:
    return is_list_of(value, str)
