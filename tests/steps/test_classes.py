import numpy as np

from al_core import workflow
from al_core.explore.class_colors import class_color
from al_core.formats import Predictions
from al_core.steps.classes import class_colors, class_names
from al_core.store import Dataset
from tests.steps.test_sample_card import detections, store


def test_a_class_has_one_color_whichever_model_predicts_it(dataset: Dataset) -> None:
    store(dataset, Predictions(["a.png"], ["eel", "dog"], np.array([[0.5, 0.5]])), name="older")
    store(dataset, detections("a.png"), name="newer")
    assert class_names(dataset) == ["cat", "dog", "eel"]
    assert class_colors(dataset) == {"cat": class_color(0), "dog": class_color(1), "eel": class_color(2)}


def test_a_dataset_without_predictions_and_labels_has_no_classes(dataset: Dataset) -> None:
    assert class_names(dataset) == []
    assert workflow.label_sets(dataset) == []
