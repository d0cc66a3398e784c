"""Several connections to one workspace, as several processes have them."""

from collections.abc import Iterator

import pytest

from al_core.store import Dataset, LocalDataset, Workspace


@pytest.fixture
def dataset(dataset: Dataset) -> LocalDataset:
    assert isinstance(dataset, LocalDataset)
    return dataset


@pytest.fixture
def elsewhere(workspace: Workspace, dataset: LocalDataset) -> Iterator[LocalDataset]:
    """The same dataset as another process has read it."""
    with Workspace(workspace.home) as other:
        yield other.dataset(dataset.id)
