"""What is wrong with a workspace. Nothing here changes anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, Row, Select, select

from al_core.objects.objects import ObjectInfo
from al_core.store import files
from al_core.store.engines import reading
from al_core.store.identity import now
from al_core.store.kinds import KINDS_OF_TAGS, ONE_ROW_A_SAMPLE
from al_core.store.local_arrays import stored_parts
from al_core.store.local_images import THUMBNAILS, UPLOADS
from al_core.store.records import INITIAL_TAG
from al_core.store.restoration import DATASET
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.tables import arrays, datasets, drafts, tags, tombstones
from al_core.store.tombstones import FILE
from al_core.types import Progress


@dataclass(frozen=True)
class Fault:
    """Something in the catalog whose files or relatives are not what the catalog says.

    Attributes:
        dataset_id: The dataset it is in.
        kind: "dataset", "filenames", "tag", "tombstone", or the kind of an array.
        name: Of the tag or array, otherwise of the dataset.
        problem: A part of a sentence, such as "is missing".
    """

    dataset_id: str
    kind: str
    name: str
    problem: str


class Checks:
    """Compares a workspace's catalog with its files.

    Servers may run meanwhile: what they store between two looks may be reported wrongly, so look again before a repair.
    """

    def __init__(self, engine: Engine, datasets_folder: Path, storage: Storage) -> None:
        self._engine = engine
        self._datasets_folder = datasets_folder
        self.storage = storage

    def unnamed_files(self) -> list[Path]:
        """Return the files that neither catalog nor tombstone names: left by a killed process, or by a lost row."""
        present = {path for path in self._datasets_folder.rglob("*") if path.is_file()}
        if self.storage.folder is not None:
            # Files of datasets lie in folders; what lies beside these is the folder's own.
            present |= {path for path in self.storage.folder.glob("*/**/*") if path.is_file()}
        # Read after the files, so that one that is named meanwhile is not reported.
        named = self._named_files()
        # What clients sent is named by no row: images by their filename, thumbnails by their row.
        clients: list[Path] = []
        for dataset_id in self._scalars(select(datasets.c.id)):
            folder = self._datasets_folder / dataset_id
            clients += [folder / UPLOADS, folder / THUMBNAILS]
        unnamed = present - named
        return sorted(path for path in unnamed if not any(path.is_relative_to(folder) for folder in clients))

    def unnamed_objects(self) -> list[ObjectInfo]:
        """Return the newest object of each array in an object storage that nothing names."""
        present = self.storage.objects()
        named = self._named_objects()
        newest: dict[tuple[str, str], ObjectInfo] = {}
        for place, one in present:
            if place not in named:
                newest[place] = max(newest.get(place, one), one, key=lambda info: info.modified_at)
        return list(newest.values())

    def damaged_arrays(self, *, with_digests: bool = True, progress: Progress | None = None) -> Iterator[Fault]:
        """Yield the arrays whose file is missing, cut or changed, or that have not a row for each sample.

        Args:
            with_digests: Whether every file is read in full; otherwise only its header and length are.
            progress: Called with the number of arrays looked at.
        """
        rows = self._rows(_of_datasets(arrays).add_columns(datasets.c.n_samples))
        for done, array in enumerate(rows, 1):
            problem = self._problem_of(array, with_digests=with_digests)
            if problem:
                yield Fault(array.dataset_id, array.kind, array.name, problem)
            if progress:
                progress(done, len(rows))

    def damaged_filenames(self) -> Iterator[Fault]:
        """Yield the datasets whose filenames are missing, unreadable or too few."""
        for dataset in self._rows(select(datasets).where(datasets.c.n_samples > 0)):
            try:
                n_filenames = len(self.storage.read_filenames(dataset.id, dataset.filenames_id))
            except (OSError, ValueError) as error:
                yield Fault(dataset.id, "filenames", dataset.name, f"cannot be read: {error}")
            else:
                if n_filenames < dataset.n_samples:
                    problem = f"are {n_filenames}, but the dataset has {dataset.n_samples} samples"
                    yield Fault(dataset.id, "filenames", dataset.name, problem)

    def wrong_tags(self) -> Iterator[Fault]:
        """Yield the tags without a parent, or whose mask is not one of all samples."""
        ids = set(self._scalars(select(tags.c.id)))
        for tag in self._rows(_of_datasets(tags).add_columns(datasets.c.n_samples.label("n_in_dataset"))):
            problem = _problem_of_tag(tag, ids)
            if problem:
                yield Fault(tag.dataset_id, "tag", tag.name, problem)

    def dangling_orders(self) -> Iterator[Fault]:
        """Yield orders and cards of selections whose tag is gone; a killed version before 0.2 left some."""
        is_of_tag = arrays.c.kind.in_(KINDS_OF_TAGS)
        query = _of_datasets(arrays).where(is_of_tag, arrays.c.name.not_in(select(tags.c.id)))
        for array in self._rows(query):
            yield Fault(array.dataset_id, array.kind, array.name, "belongs to no tag")

    def unreachable_datasets(self) -> Iterator[Fault]:
        """Yield the deleted datasets that no tombstone keeps: nobody can restore them, and their files never go."""
        is_its_own = tombstones.c.dataset_id == datasets.c.id
        is_kept = select(tombstones.c.id).where(tombstones.c.kind == DATASET, is_its_own)
        query = select(datasets).where(datasets.c.deleted_at.is_not(None), ~is_kept.exists())
        for dataset in self._rows(query):
            yield Fault(dataset.id, "dataset", dataset.name, "has been deleted, but no tombstone keeps it")

    def empty_tombstones(self) -> Iterator[Fault]:
        """Yield what was deleted and should be restorable, but whose file is gone."""
        query = select(tombstones).where(tombstones.c.kind != FILE, tombstones.c.expires_at > now())
        for tombstone in self._rows(query.order_by(tombstones.c.position)):
            buried = tombstone.content.get("arrays", [])
            places = [ArrayPlace(tombstone.dataset_id, array["kind"], array["id"]) for array in buried]
            if not all(self.storage.exists(place) for place in places):
                problem = f"cannot be restored as the {tombstone.kind} it was: its file is gone"
                yield Fault(tombstone.dataset_id, "tombstone", tombstone.name, problem)

    def gone_origins(self) -> Iterator[Fault]:
        """Yield the tags made from a tag that has been deleted since: nothing is wrong, but its origin is not shown."""
        ids = set(self._scalars(select(tags.c.id)))
        for tag in self._rows(_of_datasets(tags)):
            for origin_id, role in ((tag.query_tag_id, "query"), (tag.preselected_tag_id, "labeled")):
                if origin_id is not None and origin_id not in ids:
                    yield Fault(tag.dataset_id, "tag", tag.name, f"names a {role} tag that has been deleted since")

    def _problem_of(self, array: Row[Any], *, with_digests: bool) -> str | None:
        place = ArrayPlace(array.dataset_id, array.kind, array.id, stored_parts(array))
        try:
            shape = self.storage.shape(place)
            digest = self.storage.content_digest(place) if with_digests else array.digest
        except FileNotFoundError:
            return "is missing"
        except (OSError, ValueError, EOFError) as error:
            return f"cannot be read: {error}"
        if shape != tuple(array.shape):
            return f"has the shape {shape}, but the catalog says {tuple(array.shape)}"
        if array.kind in ONE_ROW_A_SAMPLE and shape[0] != array.n_samples:
            return f"has {shape[0]} rows, but the dataset has {array.n_samples} samples"
        if digest != array.digest:
            return "has changed since it was stored: its digest is another"
        return None

    def _named_files(self) -> set[Path]:
        folder = self.storage.folder
        if folder is None:
            return set()
        dataset_ids = self._scalars(select(datasets.c.id))
        named = {folder / dataset_id / files.FILENAMES for dataset_id in dataset_ids}
        for array in self._rows(select(arrays.c.dataset_id, arrays.c.kind, arrays.c.id)):
            named.add(self._file(array.dataset_id, array.kind, array.id))
        for tombstone in self._rows(select(tombstones.c.dataset_id, tombstones.c.content)):
            for buried in tombstone.content.get("arrays", []):
                named.add(self._file(tombstone.dataset_id, buried["kind"], buried["id"]))
        return named

    def _named_objects(self) -> set[tuple[str, str]]:
        """Return (dataset, array) ids of everything that is or will be stored, or can be brought back."""
        of_datasets = self._rows(select(datasets.c.id, datasets.c.filenames_id))
        named = {(row.id, row.filenames_id) for row in of_datasets}
        for table in (arrays, drafts):
            rows = self._rows(select(table.c.dataset_id, table.c.id))
            named |= {(row.dataset_id, row.id) for row in rows}
        for tombstone in self._rows(select(tombstones.c.dataset_id, tombstones.c.content)):
            named |= {(tombstone.dataset_id, buried["id"]) for buried in tombstone.content.get("arrays", [])}
        return named

    def _file(self, dataset_id: str, kind: str, array_id: str) -> Path:
        return self.storage.file(ArrayPlace(dataset_id, kind, array_id), "")

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).all())

    def _scalars(self, query: Select[Any]) -> list[Any]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())


def _of_datasets(table: Any) -> Select[Any]:
    return select(table).join(datasets, table.c.dataset_id == datasets.c.id).order_by(table.c.position)


def _problem_of_tag(tag: Row[Any], ids: set[str]) -> str | None:
    if tag.name != INITIAL_TAG and tag.parent_id not in ids:
        return "has no parent"
    if tag.tot_size != tag.n_in_dataset:
        return f"is one of {tag.tot_size} samples, but the dataset has {tag.n_in_dataset}"
    bits = np.unpackbits(np.frombuffer(tag.mask, np.uint8), bitorder="little")
    has_length = len(tag.mask) == (tag.tot_size + 7) // 8
    # The last byte has room for rows that do not exist.
    has_extra_bits = bits[tag.tot_size :].any()
    if not has_length or has_extra_bits or bits.sum() != tag.size:
        return f"has a damaged mask: {bits.sum()} bits are set, and it should have {tag.size} samples"
    return None
