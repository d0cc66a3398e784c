"""Datasets on disk: a catalog of small facts in SQL, and arrays in files next to it.

A file is complete before the catalog mentions it, so a crash leaves at most an unmentioned file.
"""

from al_core.store.asking import asking_once
from al_core.store.dataset import Dataset
from al_core.store.kinds import Kind
from al_core.store.local_dataset import LocalDataset
from al_core.store.models import Model, NewModel
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import INITIAL_TAG, StoredArray, Tag, TagOrigin
from al_core.store.tag_summary import TagSummary
from al_core.store.workspace import Workspace

__all__ = [
    "INITIAL_TAG",
    "Dataset",
    "Kind",
    "LocalDataset",
    "Model",
    "NewModel",
    "Provenance",
    "StoredArray",
    "Tag",
    "TagOrigin",
    "TagRole",
    "TagSummary",
    "Workspace",
    "asking_once",
]
