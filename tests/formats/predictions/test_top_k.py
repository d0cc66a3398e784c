import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.top_k import top_k_scores


def test_least_confidence_and_margin_come_from_the_two_highest_in_any_order() -> None:
    table = top_k_scores("p.csv", ["a", "b"], np.array([[0.25, 0.5, 0.125], [0.75, np.nan, np.nan]]))
    assert table.scores["uncertainty_least_confidence"].tolist() == [0.5, 0.25]
    np.testing.assert_array_equal(table.scores["uncertainty_margin"], [0.75, np.nan])
    assert table.findings[0].sentence() == (
        "p.csv has the 3 highest probabilities of each image, not those of all classes: least confidence is 1 − p₁, "
        "margin 1 − (p₁ − p₂); entropy needs all classes."
    )


def test_the_highest_alone_gives_no_margin() -> None:
    table = top_k_scores("p.csv", ["a"], np.array([[0.75]]))
    assert {name: values.tolist() for name, values in table.scores.items()} == {"uncertainty_least_confidence": [0.25]}
    assert "margin and entropy need more" in table.findings[0].sentence()


def test_the_highest_logits_are_refused() -> None:
    with pytest.raises(FileFormatError, match=r"p\.csv has the highest numbers of each image and they are not prob"):
        top_k_scores("p.csv", ["a"], np.array([[7.5, 3.0]]))
