"""Moves the arrays of a workspace that nobody uses yet from files into the storage that they are in from then on."""

from pathlib import Path

from sqlalchemy import Engine, select, update

from al_core.exceptions import NotAllowedError
from al_core.store.engines import reading, writing
from al_core.store.folder_storage import FolderStorage
from al_core.store.identity import new_id
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.tables import arrays, datasets, workspace
from al_core.types import Progress


def check_is_free(storage: Storage) -> None:
    """Raise unless a storage can be had: before gigabytes are unpacked for it.

    Raises:
        NotAllowedError: If it belongs to a workspace.
        WorkspaceError: If it cannot be reached.
    """
    if storage.owner() is not None:
        raise NotAllowedError(
            f"{storage.address} holds the arrays of a workspace; set AL_CORE_ARRAYS to a place that is empty"
        )


def move_arrays(engine: Engine, folder: Path, storage: Storage, progress: Progress | None = None) -> None:
    """Store what the files of a folder hold in a storage, and record in the catalog that it is there.

    Args:
        engine: The catalog, which nobody else may change meanwhile.
        folder: Holds a folder for each dataset; files that were moved are removed from it.
        storage: Belongs to no workspace yet.
        progress: Called with the number of arrays that were moved.

    Raises:
        NotAllowedError: If the storage belongs to a workspace.
    """
    with reading(engine) as connection:
        workspace_id = connection.execute(select(workspace.c.id)).scalar_one()
        stored_arrays = connection.execute(select(arrays)).all()
        stored_datasets = connection.execute(select(datasets).where(datasets.c.n_samples > 0)).all()
    check_is_free(storage)
    # Between the check and the claim another workspace may have come: then the check raises now.
    if storage.claim(workspace_id) != workspace_id:
        check_is_free(storage)
    local = FolderStorage(folder)
    for done, array in enumerate(stored_arrays, 1):
        place = ArrayPlace(array.dataset_id, array.kind, array.id)
        parts = storage.write(place, local.read(place, array.digest), array.digest)
        values = {"parts": [[part.n_rows, part.n_bytes] for part in parts] or None}
        with writing(engine) as connection:
            connection.execute(update(arrays).where(arrays.c.id == array.id).values(values))
        # One array at a time, so that no more than one of them lies in both places.
        local.remove(place)
        if progress:
            progress(done, len(stored_arrays))
    for dataset in stored_datasets:
        content_id = new_id() if storage.needs_drafts else None
        names = local.read_filenames(dataset.id, None).to_pylist()
        storage.write_filenames(dataset.id, content_id or "", names)
        with writing(engine) as connection:
            is_it = datasets.c.id == dataset.id
            connection.execute(update(datasets).where(is_it).values(filenames_id=content_id))
        local.filenames_file(dataset.id).unlink()
    # Last: a catalog that names a storage has everything in it.
    with writing(engine) as connection:
        connection.execute(update(workspace).values(arrays=storage.address))
