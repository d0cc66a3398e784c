import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError, NotFoundError
from al_core.store import files, tables
from al_core.store.arrays import Arrays
from al_core.store.identity import new_id, now
from al_core.store.records import INITIAL_TAG, Tag, rows_to_mask
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

TAG_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 .:;=@_+-]{1,199}")


class Dataset:
    """One dataset of a workspace: its filenames, tags and arrays.

    Obtained from `Workspace`. Samples are set once; a sample's row never changes after that.

    Attributes:
        id: 24 hexadecimal digits.
        name: Unique in its workspace.
        images_dir: The folder that holds the images, or None.
        created_at: Milliseconds since 1970.
        arrays: Its embeddings, predictions, scores, 2-D views and selection orders.
    """

    def __init__(self, engine: Engine, folder: Path, record: Row[Any]) -> None:
        self._engine = engine
        self._folder = folder
        self.id: str = record.id
        self.name: str = record.name
        self.n_samples: int = record.n_samples
        self.images_dir = Path(record.images_dir) if record.images_dir else None
        self.created_at: int = record.created_at
        self.arrays = Arrays(engine, folder, self.id)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {self.n_samples} samples)"

    @cached_property
    def filename_column(self) -> "pa.Array":
        """All filenames in row order, as an Arrow array mapped from disk."""
        return files.read_filenames(self._folder / "filenames.arrow") if self.n_samples else []

    def filenames(self, rows: Rows | None = None) -> list[str]:
        """Return the filenames of `rows` in their order, or of all samples in row order."""
        if not self.n_samples:
            return []
        column = self.filename_column if rows is None else self.filename_column.take(np.asarray(rows, np.int64))
        names: list[str] = column.to_pylist()
        return names

    def rows_of(self, filenames: Sequence[str]) -> Rows:
        """Return the row of each filename, -1 where the dataset has none of that name."""
        if not self.n_samples:
            return np.full(len(filenames), -1)
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pc.index_in(pa.array(filenames, pa.large_string()), value_set=self.filename_column)
        rows: Rows = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return rows

    def set_samples(self, filenames: Sequence[str]) -> None:
        """Give an empty dataset its samples and their `initial-tag`.

        Raises:
            NotAllowedError: If it has samples already.
            InvalidInputError: If filenames are missing, empty or repeated.
        """
        if self.n_samples:
            raise NotAllowedError(
                f"dataset '{self.name}' has {self.n_samples} samples already; they are fixed for life"
            )
        _check_filenames(filenames)
        count = len(filenames)
        files.write_filenames(self._folder / "filenames.arrow", filenames)
        with self._engine.begin() as connection:
            connection.execute(update(tables.datasets).where(tables.datasets.c.id == self.id).values(n_samples=count))
            connection.execute(insert(tables.tags).values(**self._tag_values(INITIAL_TAG, np.arange(count), count)))
        self.n_samples = count

    def set_images_dir(self, folder: Path | None) -> None:
        """Name the folder that holds the images; no file outside it is ever shown."""
        if folder is not None and not folder.is_dir():
            raise InvalidInputError(f"{folder} is not a folder on this machine; give the folder that holds the images")
        self.images_dir = folder.resolve() if folder else None
        with self._engine.begin() as connection:
            statement = update(tables.datasets).where(tables.datasets.c.id == self.id)
            connection.execute(statement.values(images_dir=str(self.images_dir) if self.images_dir else None))

    def tags(self) -> list[Tag]:
        """Return all tags, newest first."""
        query = select(tables.tags).where(tables.tags.c.dataset_id == self.id).order_by(tables.tags.c.position.desc())
        with self._engine.connect() as connection:
            return [_tag(record) for record in connection.execute(query)]

    def tag(self, name: str) -> Tag:
        """Return the tag of that name.

        Raises:
            NotFoundError: If there is none; the message lists the tags there are.
        """
        tags = self.tags()
        for tag in tags:
            if tag.name == name:
                return tag
        known = ", ".join(f"'{tag.name}'" for tag in tags[:20]) or "none yet: add embeddings first"
        raise NotFoundError(f"dataset '{self.name}' has no tag '{name}'; its tags are: {known}")

    def tag_by_id(self, tag_id: str) -> Tag:
        """Return the tag with that id, or raise `NotFoundError`."""
        for tag in self.tags():
            if tag.id == tag_id:
                return tag
        raise NotFoundError(f"dataset '{self.name}' has no tag with the id '{tag_id}'")

    def check_tag_name(self, name: str) -> None:
        """Raise unless a new tag may have this name."""
        if not TAG_NAME.fullmatch(name):
            raise InvalidInputError(
                f"tag name {name!r} is not allowed: use 2 to 200 letters, digits, spaces and . : ; = @ _ + -, "
                "with a letter or digit first"
            )
        if any(tag.name == name for tag in self.tags()):
            raise AlreadyExistsError(f"There already exists a tag with tag_name {name}; choose another name")

    def create_tag(
        self,
        name: str,
        rows: Rows,
        *,
        parent: Tag | None = None,
        query_tag: Tag | None = None,
        preselected_tag: Tag | None = None,
        facts: dict[str, Any] | None = None,
        order: Rows | None = None,
    ) -> Tag:
        """Store a set of rows under a name; without a parent it hangs below `initial-tag`.

        `order` keeps the rows that a selection added, in the order picked.
        """
        self.check_tag_name(name)
        values = self._tag_values(name, rows, self.n_samples) | {
            "prev_tag_id": (parent or self.tag(INITIAL_TAG)).id,
            "query_tag_id": query_tag.id if query_tag else None,
            "preselected_tag_id": preselected_tag.id if preselected_tag else None,
            "facts": facts or {},
        }
        if order is not None:
            self.arrays.save("selection", {values["id"]: order})
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.tags).values(**values))
        except IntegrityError as error:
            self.arrays.delete("selection", values["id"])
            raise AlreadyExistsError(f"There already exists a tag with tag_name {name}; choose another name") from error
        return self.tag_by_id(values["id"])

    def rename_tag(self, tag: Tag, name: str) -> None:
        """Give a tag another name; `initial-tag` keeps its own."""
        if tag.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and keeps its name")
        self.check_tag_name(name)
        with self._engine.begin() as connection:
            connection.execute(update(tables.tags).where(tables.tags.c.id == tag.id).values(name=name))

    def delete_tag(self, tag: Tag) -> None:
        """Remove a tag that has no children.

        Raises:
            NotAllowedError: If it is `initial-tag` or another tag was made from it.
        """
        if tag.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and cannot be deleted")
        children = [child.name for child in self.tags() if child.prev_tag_id == tag.id]
        if children:
            raise NotAllowedError(f"tag '{tag.name}' has children: delete {', '.join(children)} first")
        with self._engine.begin() as connection:
            connection.execute(delete(tables.tags).where(tables.tags.c.id == tag.id))
        self.arrays.delete("selection", tag.id)

    def _tag_values(self, name: str, rows: Rows, n_samples: int) -> dict[str, Any]:
        unique = np.unique(rows)
        return {
            "id": new_id(),
            "dataset_id": self.id,
            "name": name,
            "mask": rows_to_mask(unique, n_samples),
            "size": len(unique),
            "tot_size": n_samples,
            "facts": {},
            "created_at": now(),
        }


def _tag(record: Row[Any]) -> Tag:
    values = dict(record._mapping)
    del values["position"]
    return Tag(**values)


def _check_filenames(filenames: Sequence[str]) -> None:
    if not len(filenames):
        raise InvalidInputError("a dataset needs at least one sample; no filenames came")
    seen: set[str] = set()
    for position, filename in enumerate(filenames):
        if not isinstance(filename, str) or not filename.strip():
            raise InvalidInputError(f"the filename at position {position} is {filename!r}; give every sample a name")
        if filename in seen:
            raise InvalidInputError(
                f"filename '{filename}' occurs twice (again at position {position}); names are unique"
            )
        seen.add(filename)
