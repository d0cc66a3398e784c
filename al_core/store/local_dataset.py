import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import ColumnElement, Engine, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import (
    AlreadyExistsError,
    InvalidInputError,
    MissingInputError,
    NotAllowedError,
    NotFoundError,
)
from al_core.formats.files.images import resolve_image
from al_core.store import files, grow, names, tables
from al_core.store.dataset import Dataset, ImageSize
from al_core.store.identity import new_id, now
from al_core.store.local_arrays import LocalArrays
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import INITIAL_TAG, Kind, SampleImage, Tag, TagOrigin, rows_to_mask
from al_core.store.samples import Samples
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

UPLOADS = "images"
THUMBNAILS = "thumbnails"

# Made once: clients ask for tags all the time, and putting the statement together takes longer than the query.
TAGS_OF = select(tables.tags).where(tables.tags.c.dataset_id == bindparam("id")).order_by(tables.tags.c.position.desc())


class LocalDataset(Dataset):
    """A dataset of a `Workspace`.

    Attributes:
        n_pending: How many samples have been added one by one and are not counted in yet.
        attributes: What clients said about the dataset.
        created_at: Milliseconds since 1970.
        samples: The samples that arrive one by one, and what clients said about single samples.
    """

    arrays: LocalArrays

    def __init__(self, engine: Engine, folder: Path, record: Row[Any]) -> None:
        self._engine = engine
        self._folder = folder
        self.id: str = record.id
        self.name: str = record.name
        self.n_samples: int = record.n_samples
        self.n_pending: int = record.n_pending
        self.images_dir = Path(record.images_dir) if record.images_dir else None
        self.attributes: dict[str, Any] = record.facts
        self.created_at: int = record.created_at
        self.samples = Samples(engine, self.id)
        self.image_key = self.id
        self.arrays = LocalArrays(engine, folder, self.id)

    @cached_property
    def filename_column(self) -> "pa.Array":
        """All filenames in row order, as an Arrow array mapped from disk."""
        if not self.n_samples:
            return []
        return files.read_filenames(self.filenames_path)[: self.n_samples]

    def set_samples(self, filenames: Sequence[str]) -> None:
        """Give an empty dataset its samples and their `initial-tag`."""
        names.check_filenames(filenames)
        if self.n_samples or self.n_pending:
            raise NotAllowedError(
                f"dataset '{self.name}' has {self.n_samples + self.n_pending} samples already; they are fixed for life"
            )
        self._freeze_samples(filenames, n_pending=0)

    def lock_samples(self) -> Tag:
        """Count in the samples added one by one, in the order in which they came, and return their `initial-tag`.

        Raises:
            AlreadyExistsError: If the dataset has its `initial-tag` already.
            MissingInputError: If no sample has been added.
        """
        if self.n_samples:
            raise AlreadyExistsError(f"dataset '{self.name}' has its '{INITIAL_TAG}' already")
        filenames = self.samples.filenames(0)
        if not filenames:
            raise MissingInputError(f"dataset '{self.name}' has no samples yet; add them first")
        self._freeze_samples(filenames, n_pending=len(filenames))
        return self.tag(INITIAL_TAG)

    def _freeze_samples(self, filenames: Sequence[str], *, n_pending: int) -> None:
        count = len(filenames)
        column = tables.datasets.c
        is_free = (column.id == self.id) & (column.n_samples == 0) & (column.n_pending >= n_pending)
        if not n_pending:
            is_free &= column.n_pending == 0
        initial_tag = self._new_tag(INITIAL_TAG, np.arange(count), count, TagOrigin(), parent=None)
        with self._engine.begin() as connection:
            values = {"n_samples": count, "n_pending": column.n_pending - n_pending}
            # Written inside the transaction: of two processes at this point, only the one that got the row writes.
            if not connection.execute(update(tables.datasets).where(is_free).values(values)).rowcount:
                raise AlreadyExistsError(f"dataset '{self.name}' has just been given its samples by someone else")
            files.write_filenames(self.filenames_path, filenames)
            connection.execute(insert(tables.tags).values(**_values(initial_tag)))
        self.n_samples = count

    def grow(self, name: str) -> Tag:
        """Count in the samples added since, and return a new tag that holds just those; without any, `initial-tag`.

        Scores and predictions have gaps for the new samples. An embedding lacks their rows: nothing can be selected
        from it until a complete one is stored.
        """
        initial_tag = self.tag(INITIAL_TAG)
        added = self.samples.filenames(self.n_samples)
        if not added:
            return initial_tag
        self.check_tag_name(name)
        count = self.n_samples + len(added)
        tag = self._new_tag(name, np.arange(self.n_samples, count), count, TagOrigin(), parent=initial_tag)
        changes, replaced = grow.array_changes(self.arrays, self._folder, count)
        count_in = grow.count_in(self.id, self.name, self.n_samples, count)
        with self._engine.begin() as connection:
            for change in [count_in, *changes, *grow.tag_changes(self.tags(), count)]:
                change(connection)
            connection.execute(insert(tables.tags).values(**_values(tag)))
            # Names are only ever added at the end, so readers of the old catalog still find theirs in the new file.
            files.write_filenames(self.filenames_path, self.filenames() + added)
        for path in replaced:
            path.unlink(missing_ok=True)
        self.n_samples = count
        del self.filename_column
        return tag

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Keep what a client says about the dataset, next to what was said before."""
        self.attributes = self.attributes | dict(attributes)
        with self._engine.begin() as connection:
            statement = update(tables.datasets).where(tables.datasets.c.id == self.id)
            connection.execute(statement.values(attributes=self.attributes))

    def set_images_dir(self, folder: Path | None) -> None:
        """Choose the folder that holds the images; no file outside it is ever shown."""
        if folder is not None and not folder.is_dir():
            raise InvalidInputError(f"{folder} is not a folder on this machine; give the folder that holds the images")
        self.images_dir = folder.resolve() if folder else None
        with self._engine.begin() as connection:
            statement = update(tables.datasets).where(tables.datasets.c.id == self.id)
            connection.execute(statement.values(images_dir=str(self.images_dir) if self.images_dir else None))

    def image(self, row: int, size: ImageSize) -> SampleImage | None:
        """Return the image of a sample, or the thumbnail that a client sent, or None if there is none.

        An image is a file inside the images folder, whatever the sample's filename says.
        """
        if size == "thumbnail":
            thumbnail = self.thumbnails_dir / f"{row}.webp"
            return SampleImage("image/webp", thumbnail) if thumbnail.is_file() else None
        self.check_row(row)
        if self.images_dir is None:
            return None
        try:
            path = resolve_image(self.images_dir, self.filenames(np.array([row]))[0])
        except InvalidInputError:
            return None
        return SampleImage(mimetypes.guess_type(path.name)[0], path) if path else None

    @property
    def filenames_path(self) -> Path:
        """The Arrow file of the filenames; it may hold more of them than there are samples."""
        return self._folder / "filenames.arrow"

    @property
    def uploads_dir(self) -> Path:
        """The folder of the images that clients sent."""
        return self._folder / UPLOADS

    @property
    def thumbnails_dir(self) -> Path:
        """The folder of the thumbnails that clients sent, named after their rows."""
        return self._folder / THUMBNAILS

    @property
    def has_images(self) -> bool:
        """Whether a folder holds the images, or a client has sent thumbnails."""
        return self.images_dir is not None or self.thumbnails_dir.exists()

    def rename(self, name: str) -> None:
        """Give the dataset another name."""
        names.check_dataset_name(name)
        try:
            with self._engine.begin() as connection:
                connection.execute(update(tables.datasets).where(tables.datasets.c.id == self.id).values(name=name))
        except IntegrityError as error:
            raise names.dataset_exists(name) from error
        self.name = name

    def last_modified_at(self) -> int:
        """Return when the newest of its tags and arrays was made, in milliseconds since 1970."""
        newest = [
            select(func.max(table.c.created_at)).where(table.c.dataset_id == self.id).scalar_subquery()
            for table in (tables.tags, tables.arrays)
        ]
        with self._engine.connect() as connection:
            return max(moment or self.created_at for moment in connection.execute(select(*newest)).one())

    def tags(self) -> list[Tag]:
        """Return all tags, newest first."""
        with self._engine.connect() as connection:
            return [_tag(record) for record in connection.execute(TAGS_OF, {"id": self.id})]

    def tag_by_id(self, tag_id: str) -> Tag:
        """Return the tag with that id, or raise `NotFoundError`."""
        tag = self._one_tag(tables.tags.c.id == tag_id)
        if tag is None:
            raise NotFoundError(f"dataset '{self.name}' has no tag with the id '{tag_id}'")
        return tag

    def _one_tag(self, condition: ColumnElement[bool]) -> Tag | None:
        query = select(tables.tags).where(tables.tags.c.dataset_id == self.id, condition)
        with self._engine.connect() as connection:
            record = connection.execute(query).one_or_none()
        return _tag(record) if record else None

    def find_tag(self, name: str) -> Tag | None:
        """Return the tag of that name, or None."""
        return self._one_tag(tables.tags.c.name == name)

    def has_tag(self, name: str) -> bool:
        """Return whether there is a tag of that name; its mask is not read."""
        query = select(tables.tags.c.id).where(tables.tags.c.dataset_id == self.id, tables.tags.c.name == name)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def create_tag(self, name: str, rows: Rows, origin: TagOrigin | None = None) -> Tag:
        """Store a set of rows under a name and return the new tag; without an origin it hangs below `initial-tag`."""
        origin = origin or TagOrigin()
        self.check_tag_name(name)
        tag = self._new_tag(name, rows, self.n_samples, origin, parent=origin.parent or self.tag(INITIAL_TAG))
        if origin.order is not None:
            self.arrays.save(Kind.SELECTION, {tag.id: origin.order})
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.tags).values(**_values(tag)))
        except IntegrityError as error:
            self.arrays.delete(Kind.SELECTION, tag.id)
            raise names.tag_exists(name) from error
        return tag

    def rename_tag(self, tag: Tag, name: str) -> Tag:
        """Give a tag another name and return it; `initial-tag` keeps its own."""
        if tag.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and keeps its name")
        self.check_tag_name(name)
        try:
            with self._engine.begin() as connection:
                connection.execute(update(tables.tags).where(tables.tags.c.id == tag.id).values(name=name))
        except IntegrityError as error:
            raise names.tag_exists(name) from error
        return replace(tag, name=name)

    def set_tag_role(self, tag: Tag, role: TagRole) -> None:
        """Say what a tag stands for; `initial-tag` and selections keep their roles."""
        self.check_tag_role(tag, role)
        query = select(tables.tags.c.provenance).where(tables.tags.c.id == tag.id)
        with self._engine.begin() as connection:
            # As it is stored: a later version may have written what this one does not read.
            provenance = connection.execute(query).scalar_one() | {"role": role}
            connection.execute(update(tables.tags).where(tables.tags.c.id == tag.id).values(provenance=provenance))

    def delete_tag(self, tag: Tag) -> None:
        """Remove a tag that has no children."""
        if tag.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and cannot be deleted")
        query = select(tables.tags.c.name).where(tables.tags.c.parent_id == tag.id).order_by(tables.tags.c.position)
        with self._engine.connect() as connection:
            children = list(connection.execute(query).scalars())
        if children:
            raise NotAllowedError(f"tag '{tag.name}' has children: delete {', '.join(children)} first")
        with self._engine.begin() as connection:
            connection.execute(delete(tables.tags).where(tables.tags.c.id == tag.id))
        self.arrays.delete(Kind.SELECTION, tag.id)

    def _new_tag(self, name: str, rows: Rows, n_samples: int, origin: TagOrigin, *, parent: Tag | None) -> Tag:
        unique = np.unique(rows)
        return Tag(
            id=new_id(),
            dataset_id=self.id,
            name=name,
            mask=rows_to_mask(unique, n_samples),
            size=len(unique),
            n_samples=n_samples,
            parent_id=parent.id if parent else None,
            query_tag_id=origin.query.id if origin.query else None,
            labeled_tag_id=origin.labeled.id if origin.labeled else None,
            provenance=origin.provenance,
            created_at=now(),
        )


def _values(tag: Tag) -> dict[str, Any]:
    columns = {field.name: getattr(tag, field.name) for field in fields(tag)}
    return columns | {"provenance": tag.provenance.to_json()}


def _tag(record: Row[Any]) -> Tag:
    return Tag(
        id=record.id,
        dataset_id=record.dataset_id,
        name=record.name,
        mask=record.mask,
        size=record.size,
        n_samples=record.tot_size,
        parent_id=record.prev_tag_id,
        query_tag_id=record.query_tag_id,
        labeled_tag_id=record.preselected_tag_id,
        provenance=Provenance.from_json(record.facts),
        created_at=record.created_at,
    )
