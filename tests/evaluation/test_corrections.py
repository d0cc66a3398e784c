import numpy as np

from al_core.evaluation.corrections import corrections


def test_chosen_samples_that_are_harder_are_better_picks() -> None:
    result = corrections(np.arange(100) >= 46, np.arange(50) >= 10)
    assert result.chosen.speaks
    assert result.difference.speaks
    assert (result.chosen.value, round(result.difference.value, 2), result.is_better) == (0.46, 0.26, True)


def test_a_difference_within_chance_is_not_called_better() -> None:
    assert not corrections(np.arange(40) >= 12, np.arange(20) >= 4).is_better


def test_without_labels_nothing_is_compared() -> None:
    none = np.empty(0, bool)
    assert corrections(none, np.ones(3, bool)).text() == "corrections cannot be compared: no test labels yet"
    assert not corrections(np.ones(3, bool), none).is_better
