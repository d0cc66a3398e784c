import math
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, update

from al_core.exceptions import NotAllowedError
from al_core.store import files, tables
from al_core.store.identity import new_id
from al_core.store.records import INITIAL_TAG, Kind, StoredArray, Tag, rows_to_mask

if TYPE_CHECKING:
    from al_core.store.local_arrays import LocalArrays

PADDED = (Kind.SCORE, Kind.PREDICTION, Kind.METADATA, Kind.CATEGORY, Kind.DIGEST)
"""Kinds whose arrays have a row for each sample, and get one for each new sample."""

Change = Callable[[Connection], object]


def array_changes(arrays: "LocalArrays", folder: Path, n_samples: int) -> tuple[list[Change], list[Path]]:
    """Write the arrays of a grown dataset; return what the catalog has to learn and the files to remove after that."""
    changes: list[Change] = []
    replaced: list[Path] = []
    for kind in PADDED:
        for stored in arrays.all(kind):
            array_id = new_id()
            grown = padded(arrays.read(stored), n_samples, is_category=kind == Kind.CATEGORY)
            files.write_array(folder / kind / f"{array_id}.npy", grown)
            values = {"id": array_id, "digest": files.array_digest(grown), "shape": grown.shape}
            changes.append(_array_update(stored, values))
            replaced.append(folder / kind / f"{stored.id}.npy")
    for stored in arrays.all(Kind.EMBEDDING):
        path = folder / Kind.EMBEDDING / f"{stored.id}.npy"
        new_path = folder / Kind.PARTIAL_EMBEDDING / f"{stored.id}.npy"
        new_path.parent.mkdir(exist_ok=True)
        new_path.unlink(missing_ok=True)
        os.link(path, new_path)
        changes.append(_array_update(stored, {"kind": Kind.PARTIAL_EMBEDDING}))
        replaced.append(path)
    return changes, replaced


def padded(array: NDArray[Any], n_samples: int, *, is_category: bool = False) -> NDArray[Any]:
    """Return an array with a row for each new sample: NaN, -1, or random bytes, so that it equals no other's digest."""
    shape = (n_samples - len(array), *array.shape[1:])
    if array.dtype == np.uint8:
        missing = np.frombuffer(secrets.token_bytes(math.prod(shape)), np.uint8).reshape(shape)
    elif is_category:
        missing = np.full(shape, -1, array.dtype)
    else:
        missing = np.full(shape, np.nan, np.promote_types(array.dtype, np.float32))
    return np.concatenate([array, missing])


def tag_changes(tags: list[Tag], n_samples: int) -> list[Change]:
    """Return the changes after which every tag has a bit for each sample; only `initial-tag` holds the new ones."""
    everything = np.arange(n_samples)
    changes: list[Change] = []
    for tag in tags:
        rows = everything if tag.name == INITIAL_TAG else tag.rows
        values = {"mask": rows_to_mask(rows, n_samples), "size": len(rows), "n_samples": n_samples}
        changes.append(_execution(update(tables.tags).where(tables.tags.c.id == tag.id).values(values)))
    return changes


def count_in(dataset_id: str, name: str, n_before: int, n_samples: int) -> Change:
    """Return the change of the dataset itself, which fails when somebody else has just done the same."""
    column = tables.datasets.c
    statement = (
        update(tables.datasets)
        .where(column.id == dataset_id, column.n_samples == n_before)
        .values(n_samples=n_samples, n_pending=column.n_pending - (n_samples - n_before))
    )

    def change(connection: Connection) -> None:
        if not connection.execute(statement).rowcount:
            raise NotAllowedError(f"dataset '{name}' has just been changed by someone else; try again")

    return change


def _array_update(stored: StoredArray, values: dict[str, Any]) -> Change:
    return _execution(update(tables.arrays).where(tables.arrays.c.id == stored.id).values(values))


def _execution(statement: Any) -> Change:
    return lambda connection: connection.execute(statement)
