import numpy as np
import pytest

from al_core import workflow
from al_core.embedding_map import Categories, Values
from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.notebook.colors import colors_of
from al_core.store import Dataset
from tests.conftest import FILENAMES

PROBABILITIES = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.9, 0.1], [0.2, 0.8], [0.9, 0.1]])


@pytest.fixture
def predicted(dataset: Dataset) -> Dataset:
    predictions = Predictions(FILENAMES, ["cat", "dog"], PROBABILITIES, CLASSIFICATION)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name="model")
    return dataset


def test_the_score_that_a_selection_would_use_colors_the_map(predicted: Dataset) -> None:
    colors = colors_of(predicted, None)
    assert isinstance(colors, Values)
    assert (colors.name, colors.title) == ("uncertainty_margin", "Margin")
    np.testing.assert_allclose(colors.values, [0.2, 0.4, 1, 0.2, 0.4, 0.2], atol=1e-6)


def test_without_scores_all_points_have_one_color(dataset: Dataset) -> None:
    assert colors_of(dataset, None) is None


def test_predicted_classes_color_the_map(predicted: Dataset) -> None:
    colors = colors_of(predicted, "predicted class")
    assert isinstance(colors, Categories)
    assert (colors.names, colors.codes.tolist()) == (("cat", "dog"), [0, 1, 0, 0, 1, 0])


def test_samples_without_labels_have_none_of_their_colors(predicted: Dataset) -> None:
    colors = colors_of(predicted, "label")
    assert isinstance(colors, Categories)
    assert colors.codes.tolist() == [-1] * 6


def test_numbers_and_texts_of_ones_own_color_the_map(dataset: Dataset) -> None:
    numbers = colors_of(dataset, [1, 2, 3, 4, 5, 6])
    texts = colors_of(dataset, ["day", "night", "day", "day", "day", "day"])
    assert isinstance(numbers, Values)
    assert isinstance(texts, Categories)
    assert numbers.values.tolist() == [1, 2, 3, 4, 5, 6]
    assert (texts.names, texts.codes.tolist()) == (("day", "night"), [0, 1, 0, 0, 0, 0])


def test_colors_of_another_length_are_refused(dataset: Dataset) -> None:
    with pytest.raises(InvalidInputError, match=r"each of 6 samples, but has shape \(2,\)"):
        colors_of(dataset, [1, 2])


def test_a_name_that_is_not_there_is_refused_with_those_that_are(predicted: Dataset) -> None:
    with pytest.raises(NotFoundError, match=r"'uncertainty_margin'.*'label', 'predicted class'"):
        colors_of(predicted, "sharpness")
