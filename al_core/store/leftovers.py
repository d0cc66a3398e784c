"""Removes the temporary files that a process left behind when it was killed while it wrote them.

Nothing else is removed because the catalog does not name it: that may be the catalog's fault. `checks` lists it.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, select

from al_core.store.engines import reading
from al_core.store.files import FILENAMES
from al_core.store.local_images import THUMBNAILS, UPLOADS
from al_core.store.tables import datasets

# Another process may be writing such a file; nobody takes an hour for that.
LEFTOVER_AGE_SECONDS = 3600

SENT_BY_CLIENTS = (UPLOADS, THUMBNAILS)


def remove_leftovers(engine: Engine, datasets_folder: Path) -> None:
    """Remove old temporary files of the datasets that the catalog names."""
    limit = time.time() - LEFTOVER_AGE_SECONDS
    with reading(engine) as connection:
        dataset_ids = connection.execute(select(datasets.c.id)).scalars().all()
    for dataset_id in dataset_ids:
        for file in _temporary_files(datasets_folder / dataset_id):
            # Another process that opens the workspace may remove the same file.
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < limit:
                    file.unlink()


def _temporary_files(folder: Path) -> Iterator[Path]:
    yield from folder.glob(f"{FILENAMES}.*.tmp")
    # Arrays lie one level down, one folder a kind, beside the folders of what clients sent.
    for kind in folder.glob("*"):
        if kind.name not in SENT_BY_CLIENTS:
            yield from kind.glob("*.npy.*.tmp")
