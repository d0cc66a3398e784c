import json
from typing import Any

import numpy as np
import pytest

from al_core.config import SamplerConfig, SamplingMethod, SelectionConfig
from al_core.config.sampler_config import SamplerConfig as OlderLeaf
from al_core.exceptions import InvalidInputError


def test_methods_equal_and_print_as_their_strings() -> None:
    assert SamplingMethod.CORAL == "CORAL"
    assert f"{SamplingMethod.ACTIVE_LEARNING}" == "ACTIVE_LEARNING"


@pytest.mark.parametrize("spelling", ["coreset", "Coreset", "CORESET", SamplingMethod.CORESET])
def test_a_method_is_accepted_in_any_case(spelling: str) -> None:
    assert SelectionConfig(spelling).method is SamplingMethod.CORESET


def test_an_unknown_method_lists_the_four() -> None:
    with pytest.raises(ValueError, match="use one of RANDOM, CORESET, CORAL, ACTIVE_LEARNING"):
        SelectionConfig("BITMASK")


def test_the_defaults_are_lightlys() -> None:
    config = SelectionConfig()
    assert (config.method, config.n_samples, config.min_distance) == ("CORESET", 32, -1)


def test_the_first_four_arguments_are_positional() -> None:
    config = SelectionConfig(SamplingMethod.RANDOM, 10, 0.5, "name")
    assert (config.n_samples, config.min_distance, config.name) == (10, 0.5, "name")


def test_default_names_differ_within_one_moment() -> None:
    assert len({SelectionConfig().name for _ in range(100)}) == 100


@pytest.mark.parametrize("name", ["n_samples", "seed"])
@pytest.mark.parametrize(
    "value", [-2, 2**63, 10**30, 1.5, 10.0, float("nan"), float("inf"), np.float64(3), "3", True, [3]]
)
def test_what_is_not_a_whole_number_in_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} is a whole number from 0 to 2\^63 - 1.*, not "):
        SelectionConfig(**{name: value})


def test_the_number_of_samples_is_not_optional() -> None:
    with pytest.raises(ValueError, match=r"n_samples is a whole number .*, or -1 for no limit, not None"):
        SelectionConfig(n_samples=None)  # type: ignore[arg-type]  # the value it refuses


@pytest.mark.parametrize(
    "value", [-0.5, -2, float("nan"), float("inf"), pytest.param(10**400, id="10^400"), None, "0.1", True, 1j]
)
def test_a_least_distance_that_is_not_a_finite_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="min_distance is a finite number from 0, or -1 for off, not "):
        SelectionConfig(min_distance=value)


@pytest.mark.parametrize("value", [-1, 101, 1e308, float("nan"), float("inf"), None, "1"])
def test_a_strength_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="strength is a number from 0 to 100, not "):
        SelectionConfig(strength=value)


def test_the_bounds_themselves_are_allowed() -> None:
    config = SelectionConfig(n_samples=2**63 - 1, min_distance=0, seed=2**63 - 1, strength=100)
    assert (config.n_samples, config.min_distance, config.seed, config.strength) == (2**63 - 1, 0, 2**63 - 1, 100)


def test_numbers_of_numpy_become_those_of_python() -> None:
    numbers: dict[str, Any] = {"n_samples": np.int64(5), "min_distance": np.float32(0.5), "seed": np.uint8(7)}
    config = SelectionConfig(**numbers)
    assert json.loads(json.dumps([config.n_samples, config.min_distance, config.seed])) == [5, 0.5, 7]


def test_a_selection_without_a_stopping_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="no stopping condition: set n_samples, min_distance or budget"):
        SelectionConfig(n_samples=-1)


def test_a_seed_is_drawn_once() -> None:
    seeded = SelectionConfig().seeded()
    assert seeded.seed is not None
    assert seeded.seeded() is seeded


def test_the_older_name_is_the_same_class() -> None:
    assert SamplerConfig is OlderLeaf is SelectionConfig


@pytest.mark.parametrize("attribute", ["name", "score_name", "test_groups"])
def test_a_name_is_a_text(attribute: str) -> None:
    wrong: dict[str, Any] = {attribute: 7}
    with pytest.raises(InvalidInputError, match=f"{attribute} is a text, not 7"):
        SelectionConfig(**wrong)


def test_normalize_is_true_or_false_of_python_or_numpy() -> None:
    assert SelectionConfig(normalize=np.False_).normalize is False  # type: ignore[arg-type]  # mypy: not a bool
    with pytest.raises(InvalidInputError, match="normalize is True or False, not 'no'"):
        SelectionConfig(normalize="no")  # type: ignore[arg-type]  # the mistake
