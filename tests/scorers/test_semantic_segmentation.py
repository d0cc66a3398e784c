from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.scorers import ScorerSemanticSegmentation

SURE, UNSURE = [1.0, 0.0], [0.5, 0.5]
NAMES = [
    "uncertainty_least_confidence",
    "uncertainty_margin",
    "uncertainty_entropy",
    "uncertainty_one_vs_rest",
    "uncertainty_one_vs_rest_patch",
]


def test_a_map_scores_the_mean_over_its_pixels() -> None:
    maps = [np.array([[SURE, UNSURE], [SURE, SURE]]), np.array([[UNSURE, UNSURE]])]
    scores = ScorerSemanticSegmentation(maps).calculate_scores()
    for name in NAMES[:4]:
        assert scores[name].tolist() == [0.25, 1.0]
    # Of so few pixels each is a patch.
    assert scores[NAMES[4]].tolist() == [1, 1]


def test_list_array_and_generator_score_alike() -> None:
    maps = np.random.default_rng(0).dirichlet(np.ones(5), (3, 4, 6))
    expected = ScorerSemanticSegmentation(maps).calculate_scores()
    for same in (list(maps), (map_ for map_ in maps), maps.tolist()):
        scores = ScorerSemanticSegmentation(same).calculate_scores()
        assert {name: values.tolist() for name, values in scores.items()} == {
            name: values.tolist() for name, values in expected.items()
        }


def test_only_one_map_of_a_generator_is_alive_at_a_time() -> None:
    alive: list[int] = []

    class Map(np.ndarray):
        def __del__(self) -> None:
            if self.base is None:
                alive.remove(id(self))

    def maps() -> Iterator[NDArray[Any]]:
        for _ in range(3):
            map_ = np.full((2, 2, 2), 0.5).view(Map).copy()
            alive.append(id(map_))
            yield map_
            del map_
            assert len(alive) <= 1

    assert len(ScorerSemanticSegmentation(maps()).calculate_scores()["uncertainty_margin"]) == 3


def test_a_consumed_generator_gives_no_scores() -> None:
    scorer = ScorerSemanticSegmentation(map_ for map_ in [np.array([[SURE]])])
    assert sorted(scorer.calculate_scores()) == sorted(NAMES)
    assert scorer.calculate_scores() == {}


def test_an_empty_list_gives_empty_scores() -> None:
    assert {name: values.shape for name, values in ScorerSemanticSegmentation([]).calculate_scores().items()} == {
        name: (0,) for name in NAMES
    }


@pytest.mark.parametrize("shape", [(10,), (4, 10), (0, 4, 2), (4, 4, 0), (1, 4, 4, 2)])
def test_a_map_of_the_wrong_shape_is_named(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match="probability map 1 is"):
        ScorerSemanticSegmentation([np.array([[SURE]]), np.zeros(shape)]).calculate_scores()
