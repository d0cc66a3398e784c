"""Writes a workspace, as it is at one moment, into one file, and restores it from there."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from filelock import FileLock
from sqlalchemy import Engine, Row, create_engine, null, select, update

from al_core import disk
from al_core.exceptions import AlreadyExistsError, NotAllowedError, WorkspaceError
from al_core.store import archive, binding, files
from al_core.store.archive import ArchiveWriter, Description
from al_core.store.catalog import open_catalog
from al_core.store.catalog_copy import check_is_empty, copy_to_database, copy_to_file
from al_core.store.checks import Checks, Fault
from al_core.store.engines import reading, writing
from al_core.store.folder_storage import FolderStorage
from al_core.store.identity import now
from al_core.store.local_arrays import stored_parts
from al_core.store.local_images import THUMBNAILS, UPLOADS
from al_core.store.moving import check_is_free, move_arrays
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.storages import CACHE, make_storage
from al_core.store.tables import arrays, datasets, workspace
from al_core.types import Progress

RESTORING = "restoring.tmp"
"""The folder of a home in which a backup is unpacked; one that is left was left by a killed process."""

LOCK = "catalog.lock"


@dataclass(frozen=True)
class _NamedFile:
    """A file of a backup.

    Attributes:
        name: In the backup.
        find: Returns the file; what is in an object storage is fetched.
        array_id: None if it belongs to no array.
    """

    name: str
    find: Callable[[], Path]
    array_id: str | None = None


def write_backup(
    engine: Engine, home: Path, storage: Storage, path: Path, *, progress: Progress | None = None
) -> list[str]:
    """Write the workspace into a new file while others use it, and return which of its files are missing.

    What was deleted and replaced is not in it. Arrays that are replaced meanwhile are read as they were: a tombstone
    keeps their files.

    Raises:
        AlreadyExistsError: If there is a file at `path`.
        WorkspaceError: If an array was replaced meanwhile and its tombstone has expired.
    """
    if path.exists():
        raise AlreadyExistsError(f"{path} already exists; choose another name")
    disk.make_folder(path.parent)
    with tempfile.TemporaryDirectory(prefix=".al_core-backup-", dir=path.parent) as folder:
        catalog = Path(folder) / archive.CATALOG
        copy_to_file(engine, catalog)
        writer = _BackupWriter(engine, home, storage, catalog, progress)
        disk.write_atomically(path, writer.write)
    return writer.missing


def restore_backup(
    path: Path, home: Path, url: str | None, *, arrays_address: str | None = None, progress: Progress | None = None
) -> list[Fault]:
    """Make a home from a backup and return what was wrong with the workspace when it was written.

    Args:
        path: The backup.
        home: A folder that is empty or not there.
        url: An empty database for the catalog; by default it becomes a SQLite file in the home.
        arrays_address: Where the arrays are to be, as `storages.asked_for` returns it; by default in the home.
        progress: Called with the number of arrays compared with their digests.

    Raises:
        NotAllowedError: If the home, the database or the address holds something, or a workspace that was not whole is
            to go to an address; nothing has been changed.
        FileFormatError: If the file is damaged or no backup; the home stays empty.
    """
    disk.make_folder(home)
    # Before the lock too, whose file has no place in a folder of somebody else.
    _check_is_unoccupied(home)
    with FileLock(home / LOCK):
        _check_is_unoccupied(home)
        if url:
            # Not only at the end, when gigabytes have been unpacked.
            check_is_empty(url)
        draft = home / RESTORING
        storage = make_storage(arrays_address, draft) if arrays_address else None
        if storage:
            check_is_free(storage)
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir()
            faults = _complete(draft, home, archive.extract(path, draft), progress)
            if storage:
                _move_arrays(draft, storage, faults, progress)
            if url:
                copy_to_database(draft / archive.CATALOG, url)
                (draft / archive.CATALOG).unlink()
            _move(draft, home)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return faults


def _check_is_unoccupied(home: Path) -> None:
    occupied = sorted(entry.name for entry in home.iterdir() if entry.name not in (LOCK, RESTORING))
    if occupied:
        raise NotAllowedError(f"{home} is not empty (it holds '{occupied[0]}'); restore into a new folder")


class _BackupWriter:
    """Writes what a copy of the catalog names."""

    def __init__(self, engine: Engine, home: Path, storage: Storage, catalog: Path, progress: Progress | None) -> None:
        self._engine = engine
        self._home = home
        self._storage = storage
        self._catalog = catalog
        self._progress = progress
        self.missing: list[str] = []

    def write(self, file: IO[bytes]) -> None:
        if hasattr(os, "fchmod"):
            # It holds everything that the workspace does, and the digests of its tokens.
            os.fchmod(file.fileno(), 0o600)
        writer = ArchiveWriter(file, Description(binding.read_id(self._home) or "", str(self._home), now()))
        writer.add(archive.CATALOG, self._catalog)
        named = list(self._named_files())
        for done, one in enumerate(named, 1):
            self._add(writer, one)
            if self._progress:
                self._progress(done, len(named))
        writer.close()

    def _add(self, writer: ArchiveWriter, one: _NamedFile) -> None:
        try:
            writer.add(one.name, one.find())
        except FileNotFoundError:
            if one.array_id and not self._is_named_still(one.array_id):
                raise WorkspaceError(
                    f"{one.name} was replaced while the backup was written, and is gone already; set "
                    "AL_CORE_RETENTION_HOURS to more than a backup takes, restart the servers and try again"
                ) from None
            self.missing.append(one.name)

    def _is_named_still(self, array_id: str) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(arrays.c.id).where(arrays.c.id == array_id)).first() is not None

    def _named_files(self) -> Iterator[_NamedFile]:
        # Not `engines.connect`, which would write to it.
        engine = create_engine(f"sqlite:///{self._catalog}")
        with engine.connect() as connection:
            stored_datasets = connection.execute(select(datasets)).all()
            stored_arrays = connection.execute(select(arrays)).all()
        engine.dispose()
        for array in stored_arrays:
            place = ArrayPlace(array.dataset_id, array.kind, array.id, stored_parts(array))
            name = f"{archive.DATASETS}/{array.dataset_id}/{array.kind}/{array.id}.npy"
            yield _NamedFile(name, partial(self._storage.file, place, array.digest), array.id)
        for dataset in stored_datasets:
            yield from self._files_of(dataset)

    def _files_of(self, dataset: Row[Any]) -> Iterator[_NamedFile]:
        folder = self._home / archive.DATASETS / dataset.id
        if dataset.n_samples:
            find = partial(self._storage.filenames_file, dataset.id, dataset.filenames_id)
            yield _NamedFile(f"{archive.DATASETS}/{dataset.id}/{files.FILENAMES}", find)
        for sent in (UPLOADS, THUMBNAILS):
            for path in sorted((folder / sent).rglob("*")):
                # Links may lead anywhere; none is made by al_core.
                if path.is_file() and not path.is_symlink():
                    yield _NamedFile(path.relative_to(self._home).as_posix(), partial(Path, path))


def _complete(draft: Path, home: Path, description: Description, progress: Progress | None) -> list[Fault]:
    """Bring the unpacked catalog up to date, and compare it with the unpacked files."""
    binding.write_draft(draft, description.workspace_id)
    (draft / archive.DATASETS).mkdir(exist_ok=True)
    engine = open_catalog(f"sqlite:///{draft / archive.CATALOG}", draft)
    try:
        with writing(engine) as connection:
            # Wherever the arrays were, a backup has them as files.
            connection.execute(update(workspace).values(arrays=None))
            connection.execute(update(datasets).values(filenames_id=None))
            connection.execute(update(arrays).values(parts=null()))
            for dataset in connection.execute(select(datasets.c.id)).scalars().all():
                sent = Path(archive.DATASETS, dataset, UPLOADS)
                was_there = datasets.c.images_dir == str(Path(description.home) / sent)
                values = {"images_dir": str(home / sent)}
                connection.execute(update(datasets).where(datasets.c.id == dataset, was_there).values(values))
        checks = Checks(engine, draft / archive.DATASETS, FolderStorage(draft / archive.DATASETS))
        return [*checks.damaged_arrays(progress=progress), *checks.damaged_filenames(), *checks.wrong_tags()]
    finally:
        engine.dispose()


def _move_arrays(draft: Path, storage: Storage, faults: list[Fault], progress: Progress | None) -> None:
    if faults:
        raise NotAllowedError(
            f"the workspace was not whole when it was backed up ({faults[0].kind} '{faults[0].name}' "
            f"{faults[0].problem}); restore it without AL_CORE_ARRAYS, and mend it"
        )
    engine = open_catalog(f"sqlite:///{draft / archive.CATALOG}", draft)
    try:
        move_arrays(engine, draft / archive.DATASETS, storage, progress)
    finally:
        engine.dispose()


def _move(draft: Path, home: Path) -> None:
    """Move the complete workspace to its place. The catalog comes last: without it, nothing opens the home."""
    if hasattr(os, "sync"):
        # Once for all files, of which there may be millions.
        os.sync()
    for name in (CACHE, archive.DATASETS, binding.ID_FILE, archive.CATALOG):
        if (draft / name).exists():
            (draft / name).rename(home / name)
    disk.sync_folder(home)
