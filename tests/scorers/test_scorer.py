import numpy as np

from al_core.scorers import Scorer


class ScorerBrightness(Scorer):
    def calculate_scores(self):
        return {"brightness": np.array([image.mean() for image in self.model_output])}


def test_a_custom_scorer_needs_only_calculate_scores():
    scorer = ScorerBrightness([np.zeros((2, 2)), np.array([[0.0, 1.0]])])
    assert scorer.calculate_scores()["brightness"].tolist() == [0.0, 0.5]
    assert ScorerBrightness.score_names() == []


def test_a_scorer_without_predictions_is_still_true():
    assert ScorerBrightness([])
