import json
from typing import Any

import numpy as np
import pytest

import al_core
from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import FileFormatError, InvalidInputError, MissingInputError
from al_core.steps.manifest import manifest_digest, read_manifest, repeat
from al_core.store import Dataset, Kind, Tag, Workspace
from tests.conftest import FILENAMES


def select(dataset: Dataset, method: str = "CORAL", **config: Any) -> workflow.Selection:
    scores = {"uncertainty_margin": np.linspace(0.1, 0.6, 6)}
    workflow.store_scores(dataset, np.arange(6), scores)
    labeled, query = (
        dataset.create_tag(name, np.array(rows)) for name, rows in (("done", [0]), ("some", [1, 2, 4, 5]))
    )
    return workflow.run_selection(
        dataset, SelectionConfig(method, 4, name="picked", **config), labeled_tag=labeled, query_tag=query
    )


def manifest_of(dataset: Dataset, tag: Tag) -> dict[str, Any]:
    return read_manifest(workflow.export_tag(dataset, tag, "manifest"))


@pytest.mark.parametrize("method", ["RANDOM", "CORESET", "CORAL", "ACTIVE_LEARNING"])
def test_a_selection_is_repeated_from_its_manifest_in_the_same_order(dataset: Dataset, method: str) -> None:
    selection = select(dataset, method)
    manifest = manifest_of(dataset, selection.tag)
    for name in ("picked", "some", "done"):
        dataset.delete_tag(dataset.tag(name))
    assert repeat(dataset, manifest).tolist() == selection.added_rows.tolist()


def test_a_manifest_names_dataset_tag_config_seed_digests_and_version(dataset: Dataset) -> None:
    manifest = manifest_of(dataset, select(dataset, "RANDOM").tag)
    assert (manifest["dataset"]["name"], manifest["dataset"]["samples"], manifest["tag"]["name"]) == (
        "line",
        6,
        "picked",
    )
    assert isinstance(manifest["config"]["seed"], int)
    assert manifest["embedding"]["digest"] == dataset.arrays.get(Kind.EMBEDDING, "default").digest
    assert manifest["score"]["digest"] == dataset.arrays.get(Kind.SCORE, "uncertainty_margin").digest
    assert manifest["versions"]["al_core"] == al_core.__version__
    assert (manifest["query_set"], manifest["labeled_set"]) == ("36", "01")
    assert len(manifest["added"]) == 3


def test_a_selection_is_repeated_in_another_workspace_under_other_names(dataset: Dataset, workspace: Workspace) -> None:
    selection = select(dataset)
    manifest = manifest_of(dataset, selection.tag)
    embeddings = dataset.arrays.read(dataset.arrays.get(Kind.EMBEDDING, "default"))
    twin = workflow.create_dataset(workspace, "twin", FILENAMES, embeddings, embedding_name="other")
    workflow.store_scores(twin, np.arange(6), {"mine": np.linspace(0.1, 0.6, 6)})
    assert repeat(twin, manifest).tolist() == selection.added_rows.tolist()


def test_a_changed_input_is_named(dataset: Dataset) -> None:
    manifest = manifest_of(dataset, select(dataset).tag)
    [model] = dataset.models.all()
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.zeros(6)})
    # The score of a model that is no longer current is still there.
    assert len(repeat(dataset, manifest)) == 3
    dataset.models.delete(model)
    with pytest.raises(MissingInputError, match="no longer has the score 'uncertainty_margin' as it was"):
        repeat(dataset, manifest)


def test_other_samples_are_refused(dataset: Dataset, workspace: Workspace) -> None:
    manifest = manifest_of(dataset, select(dataset).tag)
    other = workflow.create_dataset(workspace, "other", FILENAMES[::-1], np.eye(6))
    with pytest.raises(InvalidInputError, match="dataset 'other' has other samples than 'line' had"):
        repeat(other, manifest)


def test_another_outcome_is_an_error(dataset: Dataset) -> None:
    manifest = manifest_of(dataset, select(dataset, "ACTIVE_LEARNING").tag)
    assert manifest["added"] == ["f.png", "e.png", "c.png"]
    with pytest.raises(InvalidInputError, match="differs from sample 1 onward"):
        repeat(dataset, manifest | {"added": ["f.png", "b.png", "c.png"]})


def test_a_tag_made_by_hand_has_a_manifest_but_nothing_to_repeat(dataset: Dataset) -> None:
    manifest = manifest_of(dataset, dataset.create_tag("by hand", np.array([4, 1])))
    assert manifest["added"] == ["b.png", "e.png"]
    with pytest.raises(InvalidInputError, match="'by hand' was not made by a selection"):
        repeat(dataset, manifest)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", json.dumps({"format": "other"}).encode()])
def test_another_file_is_not_a_manifest(content: bytes) -> None:
    with pytest.raises(FileFormatError, match="manifest"):
        read_manifest(content)


def test_the_digest_of_a_manifest_is_that_of_what_was_selected_from_what(dataset: Dataset) -> None:
    first = manifest_of(dataset, select(dataset, seed=1).tag)
    digest = manifest_digest(first)
    dataset.rename_tag(dataset.tag("picked"), "renamed")
    assert manifest_digest(manifest_of(dataset, dataset.tag("renamed"))) == digest
    for changed in (
        {"added": first["added"][::-1]},
        {"labeled_set": "02"},
        {"config": first["config"] | {"seed": 2}},
        {"score": first["score"] | {"digest": "0"}},
    ):
        assert manifest_digest(first | changed) != digest
