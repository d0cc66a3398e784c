from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from al_core.store.dataset import Dataset
from al_core.store.records import NewArrays


class Datasets(Protocol):
    """Where datasets are made: a `Workspace`, or one on a server."""

    def create_dataset(
        self,
        name: str,
        filenames: Sequence[str] | None = None,
        *,
        images_dir: Path | str | None = None,
        arrays: Sequence[NewArrays] = (),
    ) -> Dataset:
        """Return a new dataset with these samples and arrays, empty unless filenames are given."""
