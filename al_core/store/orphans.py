"""Removes the files that a process left behind when it was killed while it wrote them."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, select

from al_core.store import tables
from al_core.store.engines import reading
from al_core.store.local_dataset import THUMBNAILS, UPLOADS

# Another process may be between writing a file and committing its row; nobody takes an hour for that.
ORPHAN_AGE_SECONDS = 3600

SENT_BY_CLIENTS = (UPLOADS, THUMBNAILS)


def remove_orphans(engine: Engine, datasets_folder: Path) -> None:
    """Remove old temporary files, and old arrays without a row, of the datasets that the catalog names.

    The folder of a dataset that the catalog does not name stays whole: that may be the catalog's fault.
    """
    limit = time.time() - ORPHAN_AGE_SECONDS
    for dataset_id, array_ids in _array_ids(engine).items():
        for file in _orphans(datasets_folder / dataset_id, array_ids):
            # Another process that opens the workspace may remove the same file.
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < limit:
                    file.unlink()


def _array_ids(engine: Engine) -> dict[str, set[str]]:
    array_ids: dict[str, set[str]] = defaultdict(set)
    with reading(engine) as connection:
        for dataset_id in connection.execute(select(tables.datasets.c.id)).scalars():
            array_ids[dataset_id] = set()
        for array in connection.execute(select(tables.arrays.c.dataset_id, tables.arrays.c.id)):
            array_ids[array.dataset_id].add(array.id)
    return array_ids


def _orphans(folder: Path, array_ids: set[str]) -> Iterator[Path]:
    yield from folder.glob("filenames.arrow.*.tmp")
    # Arrays lie one level down, one folder a kind, beside the folders of what clients sent.
    for kind in folder.glob("*"):
        if kind.name not in SENT_BY_CLIENTS:
            yield from kind.glob("*.npy.*.tmp")
            yield from (file for file in kind.glob("*.npy") if file.stem not in array_ids)
