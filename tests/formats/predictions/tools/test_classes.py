import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.classes import top_class_predictions


def test_the_rest_of_the_probability_is_shared_by_the_other_classes() -> None:
    predictions = top_class_predictions("p.json", ["a", "b", "c"], ["cat", "dog", "owl"], [0.5, 1, 0.25])
    assert predictions.class_names == ["cat", "dog", "owl"]
    assert predictions.outputs.tolist() == [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.375, 0.375, 0.25]]


def test_a_confidence_outside_0_to_1_is_refused_with_its_image() -> None:
    with pytest.raises(
        FileFormatError, match=r"p\.json: the class of 'a' has confidence 75; confidences lie in 0 to 1"
    ):
        top_class_predictions("p.json", ["a"], ["cat"], [75])
