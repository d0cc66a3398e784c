import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from al_core.exceptions import ALCoreWarning, InvalidInputError, MissingInputError
from al_core.types import Embeddings


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
