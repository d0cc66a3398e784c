import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from al_core.exceptions import ALCoreWarning, InvalidInputError, MissingInputError
from al_core.types import Embeddings, Rows

if TYPE_CHECKING:
    from al_core.api.schemas.rounds import RoundData
    from al_core.api.tag_data import TagData
    from al_core.formats.labels.sample_label import SampleLabel
    from al_core.store import Tag


class KnownDataset(Protocol):
    """A dataset that a client lists."""

    @property
    def id(self) -> str:
        """24 hexadecimal digits."""

    @property
    def name(self) -> str:
        """Unique in its workspace."""


D = TypeVar("D", bound=KnownDataset)


class WorkflowClient(ABC):
    """What `LocalClient` and `ApiWorkflowClient` do alike."""

    @abstractmethod
    def get_datasets(self) -> Sequence[KnownDataset]:
        """Return all datasets, newest first."""

    def dataset_exists(self, dataset_id: str) -> bool:
        """Return whether there is a dataset with that id."""
        return any(dataset.id == dataset_id for dataset in self.get_datasets())

    @abstractmethod
    def add_embeddings(self, filenames: Sequence[str], embeddings: Embeddings, name: str = "default") -> None:
        """Store embeddings, one row per filename; on an empty dataset the filenames become the samples."""

    def upload_embeddings(self, path_to_embeddings_csv: Path | str, name: str) -> None:
        """Store the embeddings of a CSV file in Lightly's layout; the file itself is only read.

        On an empty dataset its filenames become the samples.
        """
        from al_core.formats import read_embeddings

        table = read_embeddings(Path(path_to_embeddings_csv))
        if table.filenames is None:
            raise InvalidInputError(f"{path_to_embeddings_csv} has no filenames; use add_embeddings(filenames, array)")
        self.add_embeddings(table.filenames, table.embeddings, name)

    @abstractmethod
    def upload_labels(
        self, path: Path | str, name: str | None = None, *, unannotated: str = "open", round_name: str = ""
    ) -> list[str]:
        """Store a file or folder of labels and return what its rows met, in words.

        A tag of the labeled samples is made, which counts as labeled. The same labels again change nothing.

        Args:
            path: As `al_core.formats.read_labels` takes it: of Label Studio, CVAT, COCO, YOLO, Pascal VOC, CSV, …
            name: Of the labels and their tag; by default "labels" and the time.
            unannotated: Whether images without objects are "done" or "open", where the format cannot tell.
            round_name: The round that they belong to.

        Raises:
            InvalidInputError: If it cannot be used; nothing is stored then.
            AlreadyExistsError: If the same labels are stored of another round.
        """

    @abstractmethod
    def get_labels(self, task: str | None = None) -> "list[SampleLabel]":
        """Return what counts for each labeled sample, by default for the task of the newest labels."""

    @abstractmethod
    def get_training_labels(self, format: str | None = None, task: str | None = None) -> bytes:
        """Return the labels to train on as a file, without test samples, by default in the first format there is."""

    @abstractmethod
    def get_tag_by_id(self, tag_id: str) -> "TagData":
        """Return the tag with that id, or raise `NotFoundError` (a KeyError)."""

    def get_filenames_in_tag(
        self, tag_data: "Tag", filenames_on_server: Sequence[str] | None = None, exclude_parent_tag: bool = False
    ) -> list[str]:
        """Return the filenames of a tag in row order.

        Args:
            tag_data: The tag.
            filenames_on_server: All filenames, if they are at hand.
            exclude_parent_tag: Leave out those that the parent tag has too.
        """
        rows = tag_data.rows
        # The parent of a selection that went on from a labeled tag is that tag: what is left was added.
        if exclude_parent_tag and tag_data.parent_id:
            parent = self.get_tag_by_id(tag_data.parent_id)
            rows = np.setdiff1d(rows, parent.rows, assume_unique=True)
        if filenames_on_server is None:
            return self._filenames_of(tag_data, rows)
        return [filenames_on_server[row] for row in rows.tolist()]

    @abstractmethod
    def get_test_filenames(self) -> list[str]:
        """Return the filenames that are set aside for testing, in dataset order."""

    @abstractmethod
    def get_untrainable_filenames(self) -> list[str]:
        """Return the filenames that must not be trained on: those set aside, and the rest of their groups."""

    @abstractmethod
    def get_rounds(self) -> "list[RoundData]":
        """Return all rounds, the oldest first."""

    @abstractmethod
    def _filenames_of(self, tag: "Tag", rows: Rows) -> list[str]:
        """Return the filenames of some rows of a tag."""


def newest(datasets: Sequence[D], place: str) -> D:
    """Return the first dataset with a warning that names it.

    Raises:
        MissingInputError: If there is none.
    """
    if not datasets:
        raise MissingInputError(f"the {place} has no dataset; call create_dataset first")
    message = f"no dataset_id was given; using the newest dataset, '{datasets[0].name}'"
    # Three calls up is the line of the user's script.
    warnings.warn(message, ALCoreWarning, stacklevel=4)
    return datasets[0]


def check_known(unknown: Sequence[str], n_filenames: int, example: str) -> None:
    """Raise if there are filenames that the dataset does not have."""
    if unknown:
        raise InvalidInputError(
            f"{len(unknown)} of the {n_filenames} filenames are not in the dataset, first '{unknown[0]}'; its own look "
            f"like '{example}'"
        )
