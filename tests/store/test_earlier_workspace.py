"""A workspace that the first version wrote: 24 samples, each task's predictions, tags, selections, views, metadata."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.selection import SelectionQuality
from al_core.steps.exports import tag_annotations
from al_core.steps.metadata import ColumnAttributes
from al_core.steps.scores import ScoreOrigin
from al_core.steps.selection_plan import SelectionInputs, make_selection
from al_core.steps.snippet import selection_code
from al_core.steps.tasks import PredictionAttributes
from al_core.steps.views import neighbor_graph, stored_view
from al_core.store import Kind, LocalDataset, Provenance, TagRole, Workspace

WRITTEN = Path(__file__).parent / "fixtures" / "workspace_0_1"


@pytest.fixture
def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalDataset]:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    shutil.copytree(WRITTEN, tmp_path / "workspace")
    with Workspace(tmp_path / "workspace") as workspace:
        yield workspace.dataset("street")


def test_its_samples_and_every_array_are_read(street: LocalDataset) -> None:
    assert (street.n_samples, street.filenames()[-1]) == (24, "img/23.jpg")
    assert street.attributes["type"] == "Images"
    assert street.samples.attributes(2) == {2: {"customMetaData": {"lux": 3}}}
    for stored in street.arrays.every():
        assert street.arrays.read(stored).shape == stored.shape


def test_what_arrays_mean_is_read(street: LocalDataset) -> None:
    [classifier] = street.arrays.all(Kind.PREDICTION)
    assert PredictionAttributes.of(classifier) == PredictionAttributes(
        "classification", ("cat", "dog", "owl"), "classifier.csv"
    )
    [pose] = street.arrays.all(Kind.KEYPOINT)
    assert PredictionAttributes.of(pose).class_names == ("person",)
    margin = street.arrays.get(Kind.SCORE, "uncertainty_margin")
    assert ScoreOrigin.of(margin) == ScoreOrigin(prediction="classifier", task="classification")
    assert ScoreOrigin.of(street.arrays.get(Kind.SCORE, "mine")) == ScoreOrigin(tag="initial-tag")
    assert ColumnAttributes.of(street.arrays.get(Kind.CATEGORY, "weather")).names == ("rain", "sun")
    annotations = tag_annotations(street, street.tag("second"))
    assert annotations
    assert annotations.model == "classifier"


def test_its_predictions_and_scores_are_models(street: LocalDataset) -> None:
    models = {model.name: model for model in street.models.all()}
    assert {name: (model.task, model.is_current) for name, model in models.items() if model.task} == {
        "classifier": ("classification", True),
        "detector": ("object-detection", True),
        "pose": ("keypoint-detection", True),
        "segmenter": ("semantic-segmentation", True),
    }
    assert models["classifier"].scores["uncertainty_margin"] == street.arrays.get(Kind.SCORE, "uncertainty_margin")
    assert models["classifier"].attributes == {"source": "classifier.csv"}
    [sent] = [model for model in models.values() if not model.task]
    assert (list(sent.scores), sent.attributes, sent.n_samples) == (["mine"], {"tag": "initial-tag"}, None)


def test_tags_say_how_they_were_made(street: LocalDataset) -> None:
    assert street.tag("both").provenance == Provenance("union", ("listed", "first"))
    assert street.tag("bright").provenance == Provenance("exploring", filters=("lux from 1",))
    duplicates = street.tag("duplicates").provenance
    assert (duplicates.operation, duplicates.threshold, duplicates.config) == ("duplicates", 0.1, None)
    assert [street.tag(name).role for name in ("second", "bright", "duplicates")] == [
        TagRole.SELECTION,
        TagRole.REGION,
        TagRole.DUPLICATES,
    ]
    assert street.tag("second").parent_id == street.tag("second").labeled_tag_id == street.tag("first").id


def test_selections_are_shown_with_their_quality(street: LocalDataset) -> None:
    selection = workflow.read_selection(street, street.tag("second"))
    assert selection
    assert selection.added_rows.tolist() == [1, 18, 10, 14]
    assert selection.quality == SelectionQuality(4, 0.9318501800298691, 0.9860332608222961, 0.6124041080474854)
    assert (selection.config.method, selection.config.seed, selection.stale) == ("CORAL", 2, ())
    assert "preselected_tag_name='first'" in selection_code(street, selection)
    outdated = workflow.read_selection(street, street.tag("bright-2"))
    assert outdated
    assert outdated.stale == ("score 'mine' has been replaced since",)
    assert workflow.read_selection(street, street.tag("both")) is None


def test_its_selections_are_sent_so_that_nothing_is_selected_twice(street: LocalDataset) -> None:
    assert street.tag("second").is_sent
    added = workflow.read_selection(street, street.tag("second"))
    assert added
    assert set(added.added_rows.tolist()) <= set(workflow.sent_set(street).tolist())
    assert not street.tag("both").is_sent


@pytest.mark.parametrize(("name", "labeled"), [("first", None), ("second", "first")])
def test_a_selection_run_again_selects_the_same_samples(street: LocalDataset, name: str, labeled: str | None) -> None:
    selection = workflow.read_selection(street, street.tag(name))
    assert selection
    asked = selection.config
    config = SelectionConfig(asked.method, asked.n_samples, name="again", score_name=asked.score_name, seed=asked.seed)
    inputs = SelectionInputs(None, street.tag(labeled) if labeled else None, "default", follows_rounds=False)
    again = make_selection(street, config, inputs)
    assert again.added_rows.tolist() == selection.added_rows.tolist()
    assert again.quality == selection.quality


def test_views_and_neighbors_are_found_and_not_computed_again(street: LocalDataset) -> None:
    embedding = street.arrays.get(Kind.EMBEDDING, "default")
    views = street.arrays.all(Kind.PROJECTION)
    assert [stored_view(street, embedding, method) for method in ("PCA", "UMAP")] == views
    graph = street.arrays.all(Kind.NEIGHBORS)
    np.testing.assert_array_equal(neighbor_graph(street, embedding).indices, street.arrays.read(graph[0]))
    assert street.arrays.all(Kind.NEIGHBORS) == graph


def test_a_dataset_that_was_growing_goes_on(street: LocalDataset, tmp_path: Path) -> None:
    with Workspace(tmp_path / "workspace") as workspace:
        growing = workspace.dataset("growing")
        assert (growing.n_samples, growing.n_pending) == (1, 1)
        assert growing.grow("more").rows.tolist() == [1]
