import numpy as np

from al_core import workflow
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import MULTI_LABEL
from al_core.store import Kind, Workspace


def test_multi_label_predictions_are_stored_with_both_entropies(workspace: Workspace) -> None:
    dataset = workflow.create_dataset(workspace, "sights", ["a.png", "b.png", "c.png"], np.eye(3))
    outputs = np.array([[0.5, 0.5], [1, 0]], np.float32)
    predictions = Predictions(["a.png", "c.png"], ["sea", "sky"], outputs, MULTI_LABEL)
    report = workflow.check_predictions(dataset, predictions, source="s.csv")
    assert report.rows_not_summing_to_1 == []
    scores = workflow.store_predictions(dataset, predictions, report, name="model")
    assert scores == ["mean_binary_entropy", "max_binary_entropy"]
    stored = {score.name: dataset.arrays.read(score) for score in dataset.arrays.all(Kind.SCORE)}
    np.testing.assert_array_equal(stored["mean_binary_entropy"], [1, np.nan, 0])


def test_a_policy_that_fills_leaves_images_without_a_prediction_out(workspace: Workspace) -> None:
    dataset = workflow.create_dataset(workspace, "sights", ["a.png", "b.png"], np.eye(2))
    predictions = Predictions(["a.png"], ["sea", "sky"], np.array([[0.5, 1]], np.float32), MULTI_LABEL)
    report = workflow.check_predictions(dataset, predictions, policy="fill", source="s.csv")
    [score, _] = workflow.store_predictions(dataset, predictions, report, name="model")
    np.testing.assert_array_equal(dataset.arrays.read(dataset.arrays.get(Kind.SCORE, score)), [0.5, np.nan])
