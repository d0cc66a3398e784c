import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.classes import top_class_scores


def test_of_one_confidence_nothing_is_made_up_for_the_other_classes() -> None:
    table = top_class_scores("p.json", ["a", "b"], [0.5, 1])
    assert {name: scores.tolist() for name, scores in table.scores.items()} == {
        "uncertainty_least_confidence": [0.5, 0.0]
    }
    assert "margin and entropy need more" in table.findings[0].sentence()


def test_a_confidence_outside_0_to_1_is_refused_with_its_image() -> None:
    with pytest.raises(
        FileFormatError, match=r"p\.json: the class of 'a' has confidence 75; confidences lie in 0 to 1"
    ):
        top_class_scores("p.json", ["a"], [75])
