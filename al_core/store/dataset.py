from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.exceptions import AlreadyExistsError, NotFoundError
from al_core.store import names
from al_core.store.arrays import Arrays
from al_core.store.records import Tag
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa


class Dataset(ABC):
    """A dataset, stored on this machine or on a server: its filenames, tags and arrays.

    Samples are set once; a sample's row never changes after that.

    Attributes:
        id: 24 hexadecimal digits.
        name: Unique in its workspace.
        n_samples: How many there are.
        image_key: What stands for the dataset in the addresses of its images under `/images`.
        images_dir: The folder of this machine that holds the images, or None.
        arrays: Its embeddings, predictions, scores, 2-D views and selection orders.
    """

    id: str
    name: str
    n_samples: int
    image_key: str
    images_dir: Path | None
    arrays: Arrays

    @property
    @abstractmethod
    def has_images(self) -> bool:
        """Whether there may be images to show."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.n_samples} samples)"

    @property
    @abstractmethod
    def filename_column(self) -> "pa.Array":
        """All filenames in row order, as an Arrow array mapped from disk."""

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

    @abstractmethod
    def set_samples(self, filenames: Sequence[str]) -> None:
        """Give an empty dataset its samples and their `initial-tag`.

        Raises:
            NotAllowedError: If it has samples already.
            InvalidInputError: If filenames are missing, empty or repeated.
        """

    @abstractmethod
    def last_modified_at(self) -> int:
        """Return when the newest of its tags and arrays was made, in milliseconds since 1970."""

    @abstractmethod
    def tags(self) -> list[Tag]:
        """Return all tags, newest first."""

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

    def check_tag_name(self, name: str) -> None:
        """Raise unless a new tag may have this name."""
        names.check_tag_name(name)
        if any(tag.name == name for tag in self.tags()):
            raise AlreadyExistsError(f"There already exists a tag with tag_name {name}; choose another name")

    @abstractmethod
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

    @abstractmethod
    def rename_tag(self, tag: Tag, name: str) -> None:
        """Give a tag another name; `initial-tag` keeps its own."""

    @abstractmethod
    def delete_tag(self, tag: Tag) -> None:
        """Remove a tag that has no children.

        Raises:
            NotAllowedError: If it is `initial-tag` or another tag was made from it.
        """
