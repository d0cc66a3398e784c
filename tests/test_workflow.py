import numpy as np

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.formats import Predictions
from al_core.store import Dataset, Kind, Workspace


def test_predictions_become_scores_of_the_samples_they_name(dataset: Dataset) -> None:
    predictions = Predictions(["c.png", "a.png"], ["cat", "dog"], np.array([[0.5, 0.5], [0.9, 0.1]], np.float32))
    report = workflow.check_predictions(dataset, predictions)
    names = workflow.store_predictions(dataset, predictions, report, name="model")
    assert names == ["uncertainty_least_confidence", "uncertainty_margin", "uncertainty_entropy"]
    stored = dataset.arrays.get(Kind.SCORE, "uncertainty_margin")
    np.testing.assert_allclose(
        dataset.arrays.read(stored), [0.2, np.nan, 1, np.nan, np.nan, np.nan], atol=1e-6, equal_nan=True
    )
    assert stored.attributes == {"prediction": "model", "task": "classification", "version": 1}


def test_the_whole_story_from_embeddings_to_filenames(workspace: Workspace) -> None:
    names = [f"{row}.png" for row in range(12)]
    angles = np.linspace(0, 1, 12)
    dataset = workflow.create_dataset(workspace, "arc", names, np.column_stack([np.cos(angles), np.sin(angles)]))
    first = workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="first", seed=0))
    probabilities = np.column_stack([angles, 1 - angles]).astype(np.float32)
    predictions = Predictions(names, ["cat", "dog"], probabilities)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions))
    assert workflow.project(dataset, "default", "PCA").shape == (12, 2)
    workflow.mark_sent(dataset, first.tag)
    config = SelectionConfig("ACTIVE_LEARNING", 4, name="second", seed=0)
    second = workflow.run_selection(dataset, config)
    assert second.tag.parent_id == first.tag.id
    # The two in the middle are the ones that the model is unsure about.
    assert sorted(second.added_rows.tolist()) == [5, 6]
    assert sorted(workflow.export_tag(dataset, second.tag, "txt", added_only=True).split()) == [b"5.png", b"6.png"]


def test_every_name_that_the_story_promises_is_there() -> None:
    assert [name for name in workflow.__all__ if not hasattr(workflow, name)] == []
