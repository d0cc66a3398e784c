from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Row
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import NotAllowedError, NotFoundError
from al_core.store import engines, names
from al_core.store.asking import answer_first
from al_core.store.counting_in import CountingIn
from al_core.store.dataset import Dataset, ImageSize
from al_core.store.identity import now
from al_core.store.local_arrays import LocalArrays
from al_core.store.local_filenames import LocalFilenames
from al_core.store.local_images import LocalImages, check_images_place
from al_core.store.local_label_sets import LocalLabelSets
from al_core.store.local_models import LocalModels
from al_core.store.new_filenames import NewFilenames
from al_core.store.provenance import TagRole
from al_core.store.records import INITIAL_TAG, ROUND_PLAN, NewArrays, SampleImage, Tag, TagOrigin
from al_core.store.revisions import last_record_at, revisions_of
from al_core.store.samples import Samples
from al_core.store.storage import Storage
from al_core.store.tag_summary import TagSummary
from al_core.store.tags import Tags
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import changing
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa


class LocalDataset(Dataset):
    """A dataset of a `Workspace`.

    Attributes:
        n_pending: How many samples have been added one by one and are not counted in yet.
        attributes: What clients said about the dataset.
        created_at: Milliseconds since 1970.
        revision: Raised by every transaction that changes the dataset, whoever makes it.
        samples: The samples that arrive one by one, and what clients said about single samples.
    """

    arrays: LocalArrays
    labels: LocalLabelSets

    def __init__(
        self, engine: Engine, folder: Path, storage: Storage, record: Row[Any], tombstones: Tombstones
    ) -> None:
        self._engine = engine
        self._folder = folder
        self.id: str = record.id
        self.name: str = record.name
        self.n_samples: int = record.n_samples
        self.n_pending: int = record.n_pending
        self._show_images_in(record.images_dir)
        self.attributes: dict[str, Any] = record.facts
        self.created_at: int = record.created_at
        self.revision: int = record.revision
        self.samples = Samples(engine, self.id)
        self.image_key = self.id
        self.arrays = LocalArrays(engine, storage, self.id, tombstones)
        self._tombstones = tombstones
        self._filenames = LocalFilenames(engine, storage, tombstones, self.id, record.filenames_id)
        self.models = LocalModels(engine, self.id, self.arrays, tombstones)
        self.labels = LocalLabelSets(engine, self.id, self.arrays, tombstones)
        self._tags = Tags(engine, self.id, self.arrays, tombstones)
        self._counting_in = CountingIn(
            engine, self.id, filenames=self._filenames, tags=self._tags, arrays=self.arrays, tombstones=tombstones
        )

    @cached_property
    def filename_column(self) -> "pa.Array":
        """All filenames in row order, as an Arrow array mapped from disk."""
        return self._filenames.column(self.n_samples, self.name) if self.n_samples else []

    def set_samples(self, filenames: Sequence[str], *, arrays: Sequence[NewArrays] = ()) -> None:
        """Give an empty dataset its samples and their `initial-tag`, with arrays for them in the same transaction."""
        names.check_filenames(filenames)
        self._show_samples(self._counting_in.first(filenames, arrays))

    def lock_samples(self) -> Tag:
        """Count in the samples added one by one, in the order in which they came, and return their `initial-tag`.

        Raises:
            AlreadyExistsError: If the dataset has its `initial-tag` already.
            MissingInputError: If no sample has been added.
        """
        tag, new = self._counting_in.pending(self.samples.filenames(0))
        self.n_pending = 0
        self._show_samples(new)
        return tag

    def grow(self, name: str) -> Tag:
        """Count in the samples added since, and return a new tag that holds just those; without any, `initial-tag`.

        Scores and predictions have gaps for the new samples. An embedding lacks their rows: nothing can be selected
        from it until a complete one is stored.

        Raises:
            NotAllowedError: If someone else has just done the same.
        """
        initial_tag = self.tag(INITIAL_TAG)
        added = self.samples.filenames(self.n_samples)
        if not added:
            return initial_tag
        self.check_tag_name(name)
        tag, new = self._counting_in.later(self.filenames(), added, name, initial_tag)
        self.n_pending -= len(added)
        self._show_samples(new)
        return tag

    def _show_samples(self, new: NewFilenames) -> None:
        """Show the samples that have just been counted in."""
        self.n_samples = len(new.names)
        self._filenames.content_id = new.content_id
        # Where `cached_property` remembers its value.
        self.__dict__.pop("filename_column", None)

    def change_attributes(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Store what `change` makes of the dataset's attributes as they are by now; nobody writes in between."""
        with changing(self._engine, self.id) as locked:
            attributes = change(locked.dataset.facts)
            locked.update(attributes=attributes)
        self.attributes = attributes

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Store attributes next to those that are stored by now."""
        self.change_attributes(lambda stored: {**stored, **attributes})

    def set_images_dir(self, folder: Path | str | None) -> None:
        """Choose the folder or address that holds the images; no file outside it is ever shown."""
        place = check_images_place(folder) if folder else None
        with changing(self._engine, self.id) as locked:
            locked.update(images_dir=place)
        self._show_images_in(place)

    def _show_images_in(self, place: str | None) -> None:
        self._images = LocalImages(self._folder, place)
        self.images_dir = self._images.folder
        self.images_address = self._images.address

    def image(self, row: int, size: ImageSize) -> SampleImage | None:
        """Return the image of a sample, or the thumbnail that a client sent, or None if there is none.

        An image is a file inside the images folder, whatever the sample's filename says.
        """
        if size == "thumbnail":
            return self._images.thumbnail(row)
        return self._images.read(self.filename(row))

    def has_image(self, row: int) -> bool:
        """Return whether there is an image of a sample; an object is asked for, but not fetched."""
        return self._images.has(self.filename(row))

    def image_address(self, filename: str, seconds: int) -> str:
        """Return an https address by which a labeling tool may read an image for a while."""
        if self.images_address is None:
            return super().image_address(filename, seconds)
        return self._images.objects.signed(filename, seconds)

    @property
    def is_read_only(self) -> bool:
        """Whether it came from a view of its workspace that refuses every change."""
        return engines.is_read_only(self._engine)

    @property
    def filenames_path(self) -> Path:
        """A file of this machine with the filenames as Arrow; it may hold more of them than there are samples."""
        return self._filenames.path

    @property
    def uploads_dir(self) -> Path:
        """The folder of the images that clients sent."""
        return self._images.uploads_dir

    @property
    def has_own_images(self) -> bool:
        """Whether its images are kept inside the workspace, so that more can be sent to it."""
        return self.images_dir == self.uploads_dir

    @property
    def thumbnails_dir(self) -> Path:
        """The folder of the thumbnails that clients sent, named after their rows."""
        return self._images.thumbnails_dir

    @property
    def has_images(self) -> bool:
        """Whether a folder or an address holds the images, or a client has sent thumbnails."""
        return self._images.has_any

    def rename(self, name: str) -> None:
        """Give the dataset another name."""
        names.check_dataset_name(name)
        try:
            with changing(self._engine, self.id) as locked:
                locked.update(name=name)
        except IntegrityError as error:
            raise names.dataset_exists(name) from error
        self.name = name

    def last_modified_at(self) -> int:
        """Return when the newest of its tags and arrays was made, in milliseconds since 1970."""
        return last_record_at(self._engine, self.id, self.created_at)

    def version(self) -> str:
        """Return a text that is another one after each change, whichever server makes it."""
        revisions = answer_first((self._engine, "revision", self.id), partial(revisions_of, self._engine, self.id))
        # The samples as this object has them: it may have been read before the last ones came.
        return f"{self.id} {self.n_samples} {revisions}"

    def tags(self) -> list[Tag]:
        """Return all tags, newest first."""
        return self._tags.all()

    def tag_summaries(self) -> list[TagSummary]:
        """Return names, roles, dates and counts of all tags, newest first; no mask is read."""
        return self._tags.summaries()

    def tags_by_id(self, ids: Collection[str]) -> list[Tag]:
        """Return those of these tags that are still there, newest first; no other mask is read."""
        return self._tags.by_ids(ids) if ids else []

    def tags_with(self, row: int) -> list[str]:
        """Return the names of the tags that a sample is in, newest first."""
        self.check_row(row)
        return self._tags.names_with(row)

    def tag_by_id(self, tag_id: str) -> Tag:
        """Return the tag with that id, or raise `NotFoundError`."""
        tag = self._tags.find_by_id(tag_id)
        if tag is None:
            raise NotFoundError(f"dataset '{self.name}' has no tag with the id '{tag_id}'")
        return tag

    def find_tag(self, name: str) -> Tag | None:
        """Return the tag of that name, or None."""
        return self._tags.find(name)

    def has_tag(self, name: str) -> bool:
        """Return whether there is a tag of that name; its mask is not read."""
        return self._tags.has(name)

    def create_tag(self, name: str, rows: Rows, origin: TagOrigin | None = None) -> Tag:
        """Store a set of rows under a name and return the new tag; without an origin it hangs below `initial-tag`."""
        return self._tags.create(name, rows, self.n_samples, origin or TagOrigin())

    def rename_tag(self, tag: Tag, name: str) -> Tag:
        """Give a tag another name and return it; `initial-tag` keeps its own."""
        if tag.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and keeps its name")
        return self._tags.rename(tag, name)

    def set_tag_role(self, tag: Tag, role: TagRole) -> None:
        """Say what a tag stands for; `initial-tag` and selections keep their roles."""
        tag.check_role(role)
        self._tags.change_provenance(tag, {"role": role})

    def mark_sent(self, tag: Tag) -> None:
        """Say that the samples of a selection were handed to labelers."""
        self._tags.change_provenance(tag, {"sent_at": now(), "released_at": None})

    def release(self, tag: Tag) -> None:
        """Say that samples of a selection that have no labels may be selected again."""
        self._tags.change_provenance(tag, {"released_at": now()})

    def restore_sending(self, earlier: Tag) -> None:
        """Say again of a selection when it was sent and taken back as an earlier record of its tag does."""
        provenance = earlier.provenance
        self._tags.change_provenance(earlier, {"sent_at": provenance.sent_at, "released_at": provenance.released_at})

    def round_plan(self) -> Mapping[str, Any]:
        """Return target and prices of the rounds, empty if there are none."""
        plan: Mapping[str, Any] = self.attributes.get(ROUND_PLAN, {})
        return plan

    def set_round_plan(self, plan: Mapping[str, Any]) -> None:
        """Store target and prices of the rounds, in place of those before."""
        self.set_attributes({ROUND_PLAN: dict(plan)})

    def delete_tag(self, tag: Tag) -> None:
        """Remove a tag that has no children."""
        if tag.name == INITIAL_TAG:
            raise NotAllowedError(f"'{INITIAL_TAG}' holds every sample and cannot be deleted")
        if tag.is_population:
            raise NotAllowedError(
                f"tag '{tag.name}' is the population that test samples are drawn from: accuracy is a statement about it"
            )
        self.labels.check_is_free(tag)
        self._tags.delete([tag])

    def take_back_selection(self, tag: Tag, beside: Sequence[Tag], reserve: str | None) -> None:
        """Remove a selection with what was stored in its transaction, all of it or nothing.

        Args:
            tag: The selection.
            beside: The tags of its test samples and of the population that it fixed.
            reserve: The number of the stratum of the test reserve that it drew, or None.

        Raises:
            NotAllowedError: If another tag was made from one of them, or labels belong to one.
        """
        for each in (tag, *beside):
            self.labels.check_is_free(each)
        self._tags.delete([tag, *beside], reserve=reserve)
