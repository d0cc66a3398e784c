from types import SimpleNamespace

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils import probabilities_from_hugging_face, probabilities_from_ultralytics
from tests.utils.library_results import Tensor, ultralytics_result


def test_the_classes_of_a_pipeline_are_sorted_into_columns() -> None:
    results = [
        [{"label": "dog", "score": 0.75}, {"label": "cat", "score": 0.25}],
        [{"label": "cat", "score": 0.5}, {"label": "dog", "score": 0.5}],
    ]
    assert probabilities_from_hugging_face(results, ["cat", "dog"]).tolist() == [[0.25, 0.75], [0.5, 0.5]]
    assert probabilities_from_hugging_face([], ["cat", "dog"]).shape == (0, 2)


def test_the_best_classes_alone_are_no_probabilities() -> None:
    with pytest.raises(InvalidInputError, match=r"image 0 has scores for 1 of 2 classes, or for others; .*top_k=None"):
        probabilities_from_hugging_face([[{"label": "dog", "score": 0.75}]], ["cat", "dog"])


def test_results_of_ultralytics_have_their_probabilities_in_order() -> None:
    results = [ultralytics_result(probs=SimpleNamespace(data=Tensor([0.25, 0.75])))]
    np.testing.assert_array_equal(probabilities_from_ultralytics(results), [[0.25, 0.75]])
    with pytest.raises(InvalidInputError, match="result 0 has no probabilities; it is of a model for another task"):
        probabilities_from_ultralytics([ultralytics_result()])
