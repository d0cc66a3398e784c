"""A workspace on another machine, used like one on this: what is read is kept here, what is written goes there."""

from al_core.remote.dataset import RemoteDataset
from al_core.remote.workspace import RemoteWorkspace, find_open_dataset

__all__ = ["RemoteDataset", "RemoteWorkspace", "find_open_dataset"]
