"""Examines a workspace, and mends what can be mended without losing anything."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, select, text, update

from al_core import disk
from al_core.exceptions import NotFoundError
from al_core.store.checks import Checks, Fault
from al_core.store.engines import reading, writing
from al_core.store.kinds import Kind
from al_core.store.leftovers import LEFTOVER_AGE_SECONDS
from al_core.store.records import INITIAL_TAG
from al_core.store.tables import arrays, tags
from al_core.store.tombstones import FILE, Tombstones
from al_core.store.transactions import changing, lock
from al_core.types import Progress

LOST_AND_FOUND = "lost+found"
"""The folder of a home that gets files that nothing names."""

COMPUTED_AGAIN = (Kind.PROJECTION, Kind.NEIGHBORS)
"""Kinds of arrays that are computed when they are needed and not there."""

OBJECT_REMEDY = "nothing reads it: remove it with the tools of your storage"

MAX_CATALOG_PROBLEMS = 20
"""How many problems SQLite lists: one is enough to restore a backup."""
STORE_AGAIN = "restore it from a backup, or delete it and store it again"
REMEDIES = {
    "filenames": "restore the file from a backup",
    "tag": "restore the catalog from a backup, or delete the tag",
    "tombstone": "nothing is to be done: it expires",
}
"""What a person can do about what cannot be mended, by kind; about arrays it is `STORE_AGAIN`."""

Mend = Callable[[], None]


@dataclass(frozen=True)
class Finding:
    """Something wrong with a workspace.

    Attributes:
        kind: "catalog", "file", or the kind of a `Fault`.
        dataset_id: The dataset it is in, or None.
        name: Of the tag, array, dataset or file.
        problem: A part of a sentence, such as "is missing".
        remedy: What to do, or what `mend` does.
        mend: Mends it; None if only a person can.
    """

    kind: str
    dataset_id: str | None
    name: str
    problem: str
    remedy: str
    mend: Mend | None = field(default=None, repr=False, compare=False)

    @property
    def sentence(self) -> str:
        """The finding in words."""
        return f"{_sentence(self.kind, self.dataset_id, self.name, self.problem)}; {self.remedy}"


class Doctor:
    """Finds what is wrong with a workspace; every finding that can be mended says how.

    Mending removes no file. Files that nothing names go to `lost+found`; rows of no use leave a tombstone, which
    removes its file when its time is over.
    """

    def __init__(self, engine: Engine, home: Path, checks: Checks, tombstones: Tombstones) -> None:
        self._engine = engine
        self._home = home
        self._checks = checks
        self._tombstones = tombstones

    def examine(self, *, with_digests: bool = True, progress: Progress | None = None) -> Iterator[Finding]:
        """Yield everything that is wrong; if the catalog is damaged, that alone.

        Args:
            with_digests: Whether every array is read in full, so that a changed byte is noticed.
            progress: Called with the number of arrays looked at.
        """
        damages = list(self._catalog_damages())
        if damages:
            yield from damages
            return
        for fault in self._checks.damaged_arrays(with_digests=with_digests, progress=progress):
            yield self._of_array(fault)
        for fault in self._checks.dangling_orders():
            yield _finding(fault, "its row goes, and its file when a tombstone expires", partial(self._bury, fault))
        for fault in self._checks.damaged_filenames():
            yield _finding(fault, REMEDIES["filenames"])
        for fault in self._checks.wrong_tags():
            yield self._of_tag(fault)
        for fault in self._checks.unreachable_datasets():
            yield _finding(fault, "it gets a tombstone, and can be restored", partial(self._bury_dataset, fault))
        for fault in self._checks.empty_tombstones():
            yield _finding(fault, REMEDIES["tombstone"])
        yield from self._unnamed_files()
        yield from self._unnamed_objects()

    def notes(self) -> list[str]:
        """Return what is no problem, but good to know: tags made from one that has been deleted since."""
        return [
            _sentence(fault.kind, fault.dataset_id, fault.name, fault.problem) for fault in self._checks.gone_origins()
        ]

    def _catalog_damages(self) -> Iterator[Finding]:
        if self._engine.dialect.name != "sqlite":
            # PostgreSQL holds foreign keys by itself, and shows its files to its administrators alone.
            return
        with reading(self._engine) as connection:
            problems = connection.execute(text(f"PRAGMA integrity_check({MAX_CATALOG_PROBLEMS})")).scalars().all()
            broken_keys = connection.execute(text("PRAGMA foreign_key_check")).all()
        name = str(self._engine.url.database)
        for problem in problems:
            if problem != "ok":
                yield Finding("catalog", None, name, f"is damaged: {problem}", "restore it from a backup")
        for table in sorted({key.table for key in broken_keys if key.table != tags.name}):
            problem = f"has rows in '{table}' whose dataset is gone"
            yield Finding("catalog", None, name, problem, "restore it from a backup")

    def _of_array(self, fault: Fault) -> Finding:
        if fault.kind in COMPUTED_AGAIN:
            return _finding(fault, "its row goes, and it is computed again", partial(self._bury, fault))
        return _finding(fault, STORE_AGAIN)

    def _of_tag(self, fault: Fault) -> Finding:
        if fault.problem == "has no parent":
            return _finding(fault, f"it is hung below '{INITIAL_TAG}'", partial(self._hang_below_root, fault))
        return _finding(fault, REMEDIES["tag"])

    def _unnamed_files(self) -> Iterator[Finding]:
        # Somebody may be writing a young file, to name it in a moment.
        limit = time.time() - LEFTOVER_AGE_SECONDS
        for path in self._checks.unnamed_files():
            if path.exists() and path.stat().st_mtime < limit:
                name = path.relative_to(self._root(path)).as_posix()
                problem = "is named by neither catalog nor tombstone"
                yield Finding(
                    "file", None, name, problem, f"it is moved to '{LOST_AND_FOUND}'", partial(self._move, path)
                )

    def _unnamed_objects(self) -> Iterator[Finding]:
        limit = time.time() - LEFTOVER_AGE_SECONDS
        for one in self._checks.unnamed_objects():
            if one.modified_at < limit:
                name = one.key.rpartition("/")[0]
                yield Finding("object", None, name, "is named by neither catalog nor tombstone", OBJECT_REMEDY)

    def _root(self, path: Path) -> Path:
        """Return the folder that has a lost+found for a file: the home, or that of the arrays elsewhere."""
        folder = self._checks.storage.folder
        return folder if folder and not path.is_relative_to(self._home) else self._home

    def _bury(self, fault: Fault) -> None:
        with changing(self._engine, fault.dataset_id) as locked:
            is_it = (arrays.c.dataset_id == fault.dataset_id) & (arrays.c.kind == fault.kind)
            query = arrays.delete().where(is_it, arrays.c.name == fault.name).returning(*arrays.c)
            self._tombstones.bury_arrays(locked, locked.connection.execute(query).all(), kind=FILE)

    def _bury_dataset(self, fault: Fault) -> None:
        with writing(self._engine) as connection:
            self._tombstones.bury_dataset(lock(connection, fault.dataset_id, is_deleted=True))

    def _hang_below_root(self, fault: Fault) -> None:
        with changing(self._engine, fault.dataset_id) as locked:
            of_dataset = tags.c.dataset_id == fault.dataset_id
            root = locked.connection.execute(
                select(tags.c.id).where(of_dataset, tags.c.name == INITIAL_TAG)
            ).scalar_one_or_none()
            if root is None:
                raise NotFoundError(f"dataset {fault.dataset_id} has no '{INITIAL_TAG}'")
            is_it = of_dataset & (tags.c.name == fault.name)
            locked.connection.execute(update(tags).where(is_it).values(parent_id=root))

    def _move(self, path: Path) -> None:
        if path not in self._checks.unnamed_files():
            # Named since: a server was slow.
            return
        root = self._root(path)
        target = root / LOST_AND_FOUND / path.relative_to(root)
        disk.make_folder(target.parent)
        # A file of that name has been moved there before.
        while target.exists():
            target = target.with_name(f"{target.name}.again")
        path.rename(target)
        disk.sync_folder(target.parent)
        disk.sync_folder(path.parent)


def _sentence(kind: str, dataset_id: str | None, name: str, problem: str) -> str:
    place = f" of dataset {dataset_id}" if dataset_id else ""
    return f"{kind} '{name}'{place} {problem}"


def _finding(fault: Fault, remedy: str, mend: Mend | None = None) -> Finding:
    return Finding(fault.kind, fault.dataset_id, fault.name, fault.problem, remedy, mend)
