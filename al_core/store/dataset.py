import itertools
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from al_core.drawing import load_notebook
from al_core.exceptions import MissingInputError, NotFoundError
from al_core.store import names
from al_core.store.arrays import Arrays
from al_core.store.filename_rows import rows_by_filename
from al_core.store.label_sets import LabelSets
from al_core.store.models import Models
from al_core.store.provenance import TagRole
from al_core.store.records import SampleImage, Tag, TagOrigin
from al_core.store.server import Server
from al_core.store.tag_summary import TagSummary
from al_core.text import quoted
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from al_core.drawing import DrawnMap

ImageSize = Literal["full", "thumbnail"]


class Dataset(ABC):
    """A dataset, stored on this machine or on a server: its filenames, tags and arrays.

    Samples are set once; a sample's row never changes after that.

    Attributes:
        id: 24 hexadecimal digits.
        name: Unique in its workspace.
        n_samples: How many there are.
        image_key: What stands for the dataset in the addresses of its images under `/images`.
        images_dir: The folder of this machine that holds the images, or None.
        images_address: The address such as `s3://bucket/images` below which the images are, or None.
        arrays: Its embeddings, predictions, scores, 2-D views and selection orders.
        models: Whoever made its predictions and scores.
        labels: What people said is on its samples.
    """

    id: str
    name: str
    n_samples: int
    image_key: str
    images_dir: Path | None
    images_address: str | None = None
    arrays: Arrays
    models: Models
    labels: LabelSets

    @property
    def server(self) -> Server | None:
        """The server that does the work on the dataset, or None when this machine does it."""
        return None

    @property
    def is_read_only(self) -> bool:
        """Whether every change is refused here, whatever the server of a remote dataset would say."""
        return False

    @property
    @abstractmethod
    def thumbnails_dir(self) -> Path | None:
        """The folder of this machine for thumbnails, or None where a server has them."""

    @property
    @abstractmethod
    def has_images(self) -> bool:
        """Whether there may be images to show."""

    @abstractmethod
    def image(self, row: int, size: ImageSize) -> SampleImage | None:
        """Return the image of a sample or its thumbnail as it is stored, or None if there is none.

        Raises:
            NotFoundError: If the dataset has no such row.
        """

    def has_image(self, row: int) -> bool:
        """Return whether there is an image of a sample."""
        return self.image(row, "full") is not None

    def image_address(self, filename: str, seconds: int) -> str:
        """Return an https address by which a labeling tool may read an image for a while.

        Raises:
            MissingInputError: If the images are not below an address.
        """
        raise MissingInputError(
            f"the images of dataset '{self.name}' are not in a bucket, so no addresses can be signed; leave the hours "
            "out"
        )

    @abstractmethod
    def set_images_dir(self, folder: Path | str | None) -> None:
        """Choose the folder that holds the images; no file outside it is ever shown.

        Raises:
            InvalidInputError: If it is not a folder.
            NotAllowedError: If the images are on a server.
        """

    def check_row(self, row: int) -> None:
        """Raise `NotFoundError` if the dataset has no such row."""
        if row >= self.n_samples:
            raise NotFoundError(f"dataset '{self.name}' has rows 0 to {self.n_samples - 1}, not {row}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.n_samples} samples)"

    def map(
        self,
        *,
        color: "str | NDArray[np.generic] | Sequence[str] | Sequence[float] | None" = None,
        embedding_name: str | None = None,
        method: Literal["PCA", "TSNE", "UMAP"] | None = None,
        height: int = 480,
    ) -> "DrawnMap":
        """Return the dashboard's map of the dataset for a notebook, with rings around what is labeled.

        What somebody selects in the browser is in `selected` of the map.

        Args:
            color: The name of a score or of a column of metadata, "label", "predicted class", or one number or text for
                each sample; by default the score that a selection would use.
            embedding_name: By default the newest.
            method: By default the newest map there is of the embedding, otherwise UMAP.
            height: Of the points in CSS pixels.

        Raises:
            MissingInputError: Without the extra `notebook`, or if there is no embedding.
            NotFoundError: If there is nothing of that name to color by.
            InvalidInputError: If `color` has another length than the dataset.
        """
        drawn: DrawnMap = load_notebook().map_of(
            self, color=color, embedding_name=embedding_name, method=method, height=height
        )
        return drawn

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

    def filename(self, row: int) -> str:
        """Return the filename of a row, or raise `NotFoundError` if the dataset has no such row."""
        self.check_row(row)
        return self.filenames(np.array([row]))[0]

    def rows_of(self, filenames: Sequence[str]) -> Rows:
        """Return the row of each filename, -1 where the dataset has none of that name."""
        if not self.n_samples:
            return np.full(len(filenames), -1)
        return rows_by_filename(self.filename_column, filenames)

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
    def version(self) -> str:
        """Return a text that is another one after each change of its tags, labels, models or arrays, whoever makes it.

        What somebody remembers of a dataset is remembered under it: another server may have changed the dataset since,
        and what was deleted leaves no moment by which one could tell. Ask for it before reading, so that what is
        remembered may be newer than its version, but never older.
        """

    @abstractmethod
    def tags(self) -> list[Tag]:
        """Return all tags, newest first, each with its samples; see `tag_summaries` for their names alone."""

    def tag_summaries(self) -> list[TagSummary]:
        """Return names, roles, dates and counts of all tags, newest first, without their samples."""
        return [TagSummary.of(tag) for tag in self.tags()]

    def tags_by_id(self, ids: Collection[str]) -> list[Tag]:
        """Return those of these tags that are still there, newest first."""
        wanted = frozenset(ids)
        return [tag for tag in self.tags() if tag.id in wanted]

    def find_tag_by_id(self, tag_id: str | None) -> Tag | None:
        """Return the tag with that id; None without one, or if it has been deleted."""
        return next(iter(self.tags_by_id([tag_id])), None) if tag_id else None

    def tags_with(self, row: int) -> list[str]:
        """Return the names of the tags that a sample is in, newest first."""
        # Bit k of a mask, the lowest of a byte first, is row k.
        return [tag.name for tag in self.tags() if tag.mask[row // 8] >> row % 8 & 1]

    def tag(self, name: str) -> Tag:
        """Return the tag of that name.

        Raises:
            NotFoundError: If there is none; the message lists the tags there are.
        """
        tag = self.find_tag(name)
        if tag:
            return tag
        names_there = quoted(tag.name for tag in self.tag_summaries()[:20]) or "none yet: add embeddings first"
        raise NotFoundError(f"dataset '{self.name}' has no tag '{name}'; its tags are: {names_there}")

    def find_tag(self, name: str) -> Tag | None:
        """Return the tag of that name, or None."""
        return next((tag for tag in self.tags() if tag.name == name), None)

    def check_tag_name(self, name: str) -> None:
        """Raise unless a new tag may have this name.

        Raises:
            InvalidInputError: If it has characters that no name has.
            AlreadyExistsError: If there is a tag of that name.
        """
        names.check_tag_name(name)
        if self.has_tag(name):
            raise names.tag_exists(name)

    def has_tag(self, name: str) -> bool:
        """Return whether there is a tag of that name."""
        return self.find_tag(name) is not None

    def free_tag_name(self, stem: str) -> str:
        """Return the stem with the first number behind it, from 1 on, that makes the name of no tag."""
        names_in_use = {tag.name for tag in self.tag_summaries()}
        return next(name for number in itertools.count(1) if (name := f"{stem}{number}") not in names_in_use)

    @abstractmethod
    def create_tag(self, name: str, rows: Rows, origin: TagOrigin | None = None) -> Tag:
        """Store a set of rows under a name and return the new tag; without an origin it hangs below `initial-tag`."""

    @abstractmethod
    def rename_tag(self, tag: Tag, name: str) -> Tag:
        """Give a tag another name and return it; `initial-tag` keeps its own."""

    @abstractmethod
    def set_tag_role(self, tag: Tag, role: TagRole) -> None:
        """Say what a tag stands for.

        Raises:
            NotAllowedError: If it is `initial-tag`, or is to become a selection, or is one that is to become anything
                but labeled: those roles are not a matter of opinion.
        """

    @abstractmethod
    def mark_sent(self, tag: Tag) -> None:
        """Say that the samples of a selection were handed to labelers, and are not to be selected again."""

    @abstractmethod
    def release(self, tag: Tag) -> None:
        """Say that samples of a selection that have no labels may be selected again."""

    @abstractmethod
    def round_plan(self) -> Mapping[str, Any]:
        """Return what `al_core.steps.round_plan` stored: target and prices of the rounds, empty if there are none."""

    @abstractmethod
    def set_round_plan(self, plan: Mapping[str, Any]) -> None:
        """Store target and prices of the rounds, in place of those before."""

    @abstractmethod
    def delete_tag(self, tag: Tag) -> None:
        """Remove a tag that has no children.

        Raises:
            NotAllowedError: If it is `initial-tag` or another tag was made from it.
        """
