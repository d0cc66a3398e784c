from typing import Any

import numpy as np
import orjson
import pytest

from al_core import SelectionConfig, workflow
from al_core.exceptions import MissingInputError
from al_core.notebook import EmbeddingMap, map_of, map_of_selection
from al_core.store import Dataset, Kind, TagRole, Workspace


def header_of(drawn: EmbeddingMap) -> dict[str, Any]:
    length = int.from_bytes(drawn._packed[:4], "little")
    header: dict[str, Any] = orjson.loads(drawn._packed[4 : 4 + length])
    return header


def marks_of(drawn: EmbeddingMap) -> list[int]:
    return list(drawn._arrays["marks"])


def test_a_map_has_rings_around_labeled_images(dataset: Dataset) -> None:
    tag = dataset.create_tag("labeled", np.array([1, 4]))
    dataset.set_tag_role(tag, TagRole.LABELED)
    drawn = map_of(dataset, method="PCA")
    assert marks_of(drawn) == [0, 1, 0, 0, 1, 0]
    assert header_of(drawn)["marks"]["ring"] == {"name": "Labeled", "count": 2, "glows": False}


def test_what_a_selection_added_glows(dataset: Dataset) -> None:
    workflow.project(dataset, "default", "PCA")
    tag = dataset.create_tag("labeled", np.array([1, 4]))
    dataset.set_tag_role(tag, TagRole.LABELED)
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 3, name="one more"))
    drawn = map_of_selection(selection)
    [added] = selection.added_rows
    assert marks_of(drawn) == [1 if row in (1, 4) else 2 if row == added else 0 for row in range(6)]
    assert header_of(drawn)["marks"]["highlight"] == {"name": "Selected", "count": 1, "glows": True}


def test_the_newest_map_there_is_saves_the_wait_for_another(dataset: Dataset) -> None:
    workflow.project(dataset, "default", "PCA")
    map_of(dataset)
    assert [stored.name for stored in dataset.arrays.all(Kind.PROJECTION)] == ["PCA of default"]


def test_without_an_embedding_there_is_no_map(workspace: Workspace) -> None:
    with pytest.raises(MissingInputError, match="add embeddings first"):
        map_of(workspace.create_dataset("names only", ["a.png"]))
