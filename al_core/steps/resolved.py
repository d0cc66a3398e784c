"""What the names in a configuration stood for when a selection was made, kept beside it.

Columns may be replaced, tags deleted and thresholds changed later: a selection is explained, repeated and edited by
what it was made from. Columns and rows are copied, a few bytes a row. Predictions, which are large, are named by their
digest.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.store.kinds import Kind
from al_core.store.provenance import ArraySource
from al_core.store.records import Tag
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.selection import Groups
    from al_core.store import Dataset

VERSION = 1
_ABOUT = "about"


@dataclass(frozen=True)
class PredictionSource:
    """Predictions that a selection counted.

    Attributes:
        kind: Of their array.
        source: That array.
        threshold: From which confidence on boxes counted.
        factor: Objects that labels have shown for each that the predictions expect (`objects_per_expected`).
    """

    kind: str
    source: ArraySource
    threshold: float = 0.0
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Resolved:
    """What names stood for.

    Attributes:
        columns: By name, or by the `key` of a grouping: (N,) numbers or `Groups`.
        similar: By the `key` of a `Similar`: the rows to look like.
        excluded: Rows left out by a tag or by what is known of the image, ascending.
        predictions: What classes and objects are counted by; None where nothing is.
    """

    columns: "Mapping[str, NDArray[Any] | Groups]" = field(default_factory=dict)
    similar: Mapping[str, Rows] = field(default_factory=dict)
    excluded: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    predictions: PredictionSource | None = None


def names_something(config: SelectionConfig) -> bool:
    """Return whether a configuration has names that may stand for something else later."""
    return bool(config.goals or config.limits or config.budget)


def read_resolved(dataset: "Dataset", tag: Tag) -> Resolved | None:
    """Return what the names of a selection's configuration stood for, or None where it was not kept.

    Earlier versions did not keep it, and a configuration without goals, limits and budget has no names.
    """
    stored = dataset.arrays.find(Kind.RESOLVED, tag.id)
    return unpack(dataset.arrays.read(stored)) if stored else None


def pack(resolved: Resolved) -> NDArray[np.uint8]:
    """Return what names stood for as bytes, (B,); the same content gives the same bytes."""
    from al_core.selection import Groups

    members: dict[str, NDArray[Any]] = {"excluded": _small(resolved.excluded)}
    # Keys may hold any character, so members of the archive are numbered, and this table lists their keys.
    about: dict[str, Any] = {"version": VERSION, "columns": [], "similar": []}
    for number, (key, column) in enumerate(resolved.columns.items()):
        names = list(column.names) if isinstance(column, Groups) else None
        about["columns"].append({"key": key, "names": names})
        members[f"column-{number}"] = _small(column.codes) if isinstance(column, Groups) else column
    for number, (key, rows) in enumerate(resolved.similar.items()):
        about["similar"].append(key)
        members[f"similar-{number}"] = _small(rows)
    if resolved.predictions:
        about["predictions"] = {
            "kind": resolved.predictions.kind,
            "name": resolved.predictions.source.name,
            "digest": resolved.predictions.source.digest,
            "threshold": resolved.predictions.threshold,
            "factor": resolved.predictions.factor,
        }
    members[_ABOUT] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    file = io.BytesIO()
    # numpy gives every member of the archive the same date, so that equal content has equal bytes.
    np.savez(file, allow_pickle=False, **members)
    return np.frombuffer(file.getvalue(), np.uint8)


def unpack(content: NDArray[np.uint8]) -> Resolved:
    """Return what `pack` wrote."""
    from al_core.selection import Groups

    with np.load(io.BytesIO(np.asarray(content).tobytes()), allow_pickle=False) as archive:
        about = json.loads(archive[_ABOUT].tobytes())
        columns: dict[str, NDArray[Any] | Groups] = {}
        for number, column in enumerate(about["columns"]):
            values = archive[f"column-{number}"]
            # Names are None for a column of numbers, and an empty list where there are no groups.
            is_groups = column["names"] is not None
            columns[column["key"]] = Groups(values.astype(np.int64), tuple(column["names"])) if is_groups else values
        similar = {}
        for number, key in enumerate(about["similar"]):
            similar[key] = archive[f"similar-{number}"].astype(np.int64)
        excluded = archive["excluded"].astype(np.int64)
    predictions = about.get("predictions")
    source = None
    if predictions:
        array = ArraySource(predictions["name"], predictions["digest"])
        # Absent from what earlier versions stored, which multiplied nothing.
        factor = predictions.get("factor", 1.0)
        source = PredictionSource(predictions["kind"], array, predictions["threshold"], factor)
    return Resolved(columns, similar, excluded, source)


def _small(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers in as few bytes as hold them."""
    least = int(numbers.min(initial=0))
    highest = int(numbers.max(initial=0))
    narrowest = np.result_type(np.min_scalar_type(least), np.min_scalar_type(highest))
    return numbers.astype(narrowest)
