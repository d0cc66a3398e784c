import copy
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, bindparam, or_, select

from al_core import disk
from al_core.exceptions import NotFoundError
from al_core.store import binding, engines, tables
from al_core.store.asking import answer
from al_core.store.backup import write_backup
from al_core.store.catalog import open_catalog
from al_core.store.checks import Checks
from al_core.store.doctor import Doctor
from al_core.store.engines import reading
from al_core.store.home import existing_home, home_folder, make_home
from al_core.store.job_records import JobRecords
from al_core.store.leases import LeaseTerms
from al_core.store.leftovers import remove_leftovers
from al_core.store.local_dataset import LocalDataset
from al_core.store.new_datasets import NewDatasets
from al_core.store.owner import Owner
from al_core.store.records import NewArrays
from al_core.store.revisions import Revisions
from al_core.store.storages import open_storage
from al_core.store.tokens import Tokens
from al_core.store.tombstones import Tombstones, retention_from_environment
from al_core.store.transactions import changing
from al_core.store.watch import Watch, watching
from al_core.text import quoted
from al_core.types import Progress

# Made once, because nearly every request begins with it.
DATASET = select(tables.datasets).where(
    tables.datasets.c.deleted_at.is_(None),
    or_(tables.datasets.c.id == bindparam("wanted"), tables.datasets.c.name == bindparam("wanted")),
)


class Workspace:
    """A folder of datasets. Several processes may have it open at once.

    Args:
        home: The folder; by default `AL_CORE_HOME`, otherwise `~/.al_core`. It is made if it does not exist.

    Attributes:
        tokens: Who may use the API.
        revisions: Whether a dataset has changed.
        tombstones: What has been deleted or replaced lately, and how it is brought back.

    Raises:
        WorkspaceError: If home and catalog do not belong together, or the catalog is newer, lost or damaged.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Workspace(folder) as workspace:
        ...     workspace.create_dataset("cats", ["a.jpg", "b.jpg"]).filenames()
        ['a.jpg', 'b.jpg']
    """

    def __init__(self, home: Path | str | None = None) -> None:
        self.home = home_folder(home)
        # Of a view.
        self._whole: Workspace | None = None
        retention = retention_from_environment()
        make_home(self.home)
        url = os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{self.home / 'catalog.sqlite'}"
        self._engine = open_catalog(url, self.home)
        self.tokens = Tokens(self._engine)
        self.revisions = Revisions(self._engine)
        disk.make_folder(self._datasets_folder)
        try:
            self._storage = open_storage(self._engine, self.home, binding.read_id(self.home) or "")
            self.tombstones = Tombstones(self._engine, self._datasets_folder, self._storage, retention)
            remove_leftovers(self._engine, self._datasets_folder)
            self.tombstones.remove_expired(is_due=True)
        except BaseException:
            # Nobody else can: there is no workspace to close.
            self._engine.dispose()
            raise

    @classmethod
    def existing(cls, home: Path | str | None = None) -> "Workspace":
        """Open a workspace, but make none.

        Raises:
            WorkspaceError: If there is none, or it cannot be opened.
        """
        return cls(existing_home(home))

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({str(self.home)!r})"

    def close(self) -> None:
        """Release the catalog's connections and what this process owns, such as its jobs."""
        # Only if somebody has asked for them: asking now would make them.
        if "job_records" in self.__dict__:
            self.job_records.give_up()
        if "owner" in self.__dict__:
            self.owner.close()
        self._engine.dispose()

    def read_only(self) -> "Workspace":
        """Return a view of this workspace, and of all that comes from it, that refuses every change."""
        return self._view(engines.read_only(self._engine))

    def watched(self) -> "Workspace":
        """Return a view of this workspace whose `watch` says what others change of a dataset.

        Others are all who do not work through this view and what comes from it.
        """
        watch = Watch(self._engine)
        view = self._view(watching(self._engine, watch))
        view.watch = watch
        return view

    def _view(self, engine: Engine) -> "Workspace":
        view = copy.copy(self)
        view._whole = self
        view._engine = engine
        view.tokens = Tokens(engine)
        view.tombstones = Tombstones(engine, self._datasets_folder, self._storage, retention_from_environment())
        return view

    @cached_property
    def watch(self) -> Watch:
        """What others change of the dataset that somebody has open; this workspace itself counts as the others."""
        return Watch(self._engine)

    @cached_property
    def job_records(self) -> JobRecords:
        """The jobs of all processes that have this workspace open."""
        return JobRecords(self._engine, self.owner, LeaseTerms.from_environment())

    @cached_property
    def owner(self) -> Owner:
        """This process; with it begins the removal of what processes that were killed have left."""
        if self._whole:
            # Of the process, not of the view: what it owns is given up once, when the workspace is closed.
            return self._whole.owner
        owner = Owner(self.home / "jobs")
        for folder in (self.incoming_folder, self.uploads_folder):
            owner.remove_abandoned(folder)
        return owner

    @property
    def incoming_folder(self) -> Path:
        """The bodies of requests under way; each process has its part of it."""
        return self.home / "incoming"

    @property
    def uploads_folder(self) -> Path:
        """The files that were dropped on the dashboard; each process has its part of it."""
        return self.home / "uploads"

    @cached_property
    def checks(self) -> Checks:
        """What is wrong with this workspace."""
        return Checks(self._engine, self._datasets_folder, self._storage)

    @cached_property
    def doctor(self) -> Doctor:
        """Finds and mends what is wrong with this workspace."""
        return Doctor(self._engine, self.home, self.checks, self.tombstones)

    def back_up(self, path: Path, *, progress: Progress | None = None) -> list[str]:
        """Write this workspace, as it is at one moment, into a new file, and return which of its files are missing.

        Others may use it meanwhile. `restore_backup` makes a home of the file.
        """
        return write_backup(self._engine, self.home, self._storage, path, progress=progress)

    def datasets(self) -> list[LocalDataset]:
        """Return all datasets, newest first."""
        records = answer((self._engine, "datasets"), self._ask_for_datasets)
        return [self._dataset(record) for record in records]

    def _ask_for_datasets(self) -> list[Any]:
        query = (
            select(tables.datasets)
            .where(tables.datasets.c.deleted_at.is_(None))
            # By position and not by time: two may be made in one millisecond.
            .order_by(tables.datasets.c.position.desc())
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query))

    def dataset(self, name_or_id: str) -> LocalDataset:
        """Return the dataset of that name or id.

        Raises:
            NotFoundError: If there is none; the message lists the datasets there are.
        """
        with reading(self._engine) as connection:
            record = connection.execute(DATASET, {"wanted": name_or_id}).first()
        if record:
            return self._dataset(record)
        names_there = quoted(dataset.name for dataset in self.datasets()[:20]) or "none yet"
        raise NotFoundError(f"the workspace has no dataset '{name_or_id}'; its datasets are: {names_there}")

    def create_dataset(
        self,
        name: str,
        filenames: Sequence[str] | None = None,
        *,
        images_dir: Path | str | None = None,
        arrays: Sequence[NewArrays] = (),
        attributes: Mapping[str, Any] | None = None,
    ) -> LocalDataset:
        """Return a new dataset, empty unless filenames are given; it is visible only with all of its arrays.

        Raises:
            InvalidInputError: If the name, a filename or the folder is not allowed; nothing is stored then.
            AlreadyExistsError: If the name is taken.
            NotAllowedError: If an array has not a row for each filename.
        """
        dataset_id = self._new_datasets.make(name, filenames, images_dir, arrays, attributes or {})
        return self.dataset(dataset_id)

    def check_dataset_name(self, name: str) -> None:
        """Raise unless a new dataset may have this name: before long work whose result is to be stored under it."""
        self._new_datasets.check_name(name)

    def delete_dataset(self, name_or_id: str) -> None:
        """Remove a dataset with its tags, scores and arrays; images stay where they are.

        `tombstones` brings it back for a while. Its name is free at once.
        """
        with changing(self._engine, self.dataset(name_or_id).id) as locked:
            self.tombstones.bury_dataset(locked)
        self.tombstones.remove_expired()

    @property
    def _new_datasets(self) -> NewDatasets:
        return NewDatasets(self._engine, self._storage, self.tombstones)

    @property
    def _datasets_folder(self) -> Path:
        return self.home / "datasets"

    def _dataset(self, record: Any) -> LocalDataset:
        folder = self._datasets_folder / record.id
        return LocalDataset(self._engine, folder, self._storage, record, self.tombstones)
