from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.api.server.array_checks import LONGEST_NAME, check_array, check_name
from al_core.exceptions import InvalidInputError, NotAllowedError
from al_core.store.local_dataset import LocalDataset


@pytest.mark.parametrize("name", ["x", "größe / 1", "a" * LONGEST_NAME])
def test_a_line_of_visible_characters_is_a_name(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "a" * (LONGEST_NAME + 1), "a\nb", "a\0", "\u202e"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a valid array name"):
        check_name(name)


@pytest.mark.parametrize(
    ("kind", "array", "attributes"),
    [
        ("embedding", np.eye(6, dtype=np.float32), {}),
        ("score", np.linspace(0, 1, 6), {}),
        ("metadata", np.arange(6), {}),
        ("category", np.array([0, 1, -1, 0, 1, -1]), {"names": ["day", "night"]}),
    ],
)
def test_an_array_like_its_kind_is_taken(
    dataset: LocalDataset, kind: str, array: NDArray[Any], attributes: dict[str, Any]
) -> None:
    check_array(dataset, kind, "x", array, attributes)


@pytest.mark.parametrize(
    ("kind", "array", "attributes", "message"),
    [
        ("metadata", np.arange(5), {}, r"send one number for each of the 6 samples"),
        ("metadata", np.array(list("abcdef")), {}, "send one number"),
        ("category", np.array([0, 1, -2, 0, 1, -1]), {"names": ["day", "night"]}, "its position among the 2 names"),
        ("category", np.array([0, 1, 2, 0, 1, -1]), {"names": ["day", "night"]}, "its position among the 2 names"),
        ("category", np.zeros(6, np.int64), {"names": "day"}, "the attribute names, a list of texts"),
    ],
)
def test_an_array_unlike_its_kind_is_refused(
    dataset: LocalDataset, kind: str, array: NDArray[Any], attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        check_array(dataset, kind, "x", array, attributes)


def test_a_kind_that_only_the_server_makes_is_refused_with_those_that_can_be_sent(dataset: LocalDataset) -> None:
    with pytest.raises(NotAllowedError, match=r"'selection' cannot be sent; those of embedding, score, .* can"):
        check_array(dataset, "selection", "x", np.arange(3), {})
