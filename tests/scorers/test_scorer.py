from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.scorers import (
    Score,
    Scorer,
    ScorerKeypointDetection,
    ScorerObjectDetection,
    ScorerSemanticSegmentation,
)


class ScorerBrightness(Scorer):
    scores = (Score("brightness", "Brightness", "mean of the pixels"),)

    def calculate_scores(self) -> dict[str, NDArray[Any]]:
        return {"brightness": np.array([image.mean() for image in self.model_output])}


def test_a_custom_scorer_needs_only_calculate_scores() -> None:
    scorer = ScorerBrightness([np.zeros((2, 2)), np.array([[0.0, 1.0]])])
    assert scorer.calculate_scores()["brightness"].tolist() == [0.0, 0.5]


def test_a_scorer_without_predictions_is_still_true() -> None:
    assert ScorerBrightness([])


def test_declared_scores_have_names_before_there_are_predictions() -> None:
    assert ScorerBrightness.score_names() == ["brightness"]


def test_a_scorer_may_leave_its_scores_undeclared() -> None:
    class ScorerOfOneFunction(Scorer):
        def calculate_scores(self) -> dict[str, NDArray[Any]]:
            return {"one": np.ones(len(self.model_output))}

    assert ScorerOfOneFunction.score_names() == []


@pytest.mark.parametrize("scorer", [ScorerObjectDetection, ScorerKeypointDetection, ScorerSemanticSegmentation])
@pytest.mark.parametrize("output", [None, 3])
def test_what_holds_nothing_per_image_is_refused(scorer: type[Scorer], output: Any) -> None:
    with pytest.raises(InvalidInputError, match=rf"^model_output is one .* per image, not {output}; give a list"):
        scorer(output)
