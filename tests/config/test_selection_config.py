import pytest

from al_core.config import SamplerConfig, SamplingMethod, SelectionConfig
from al_core.config.sampler_config import SamplerConfig as OlderLeaf


def test_methods_equal_and_print_as_their_strings() -> None:
    assert SamplingMethod.CORAL == "CORAL"
    assert f"{SamplingMethod.ACTIVE_LEARNING}" == "ACTIVE_LEARNING"


@pytest.mark.parametrize("spelling", ["coreset", "Coreset", "CORESET", SamplingMethod.CORESET])
def test_a_method_is_accepted_in_any_case(spelling: str) -> None:
    assert SelectionConfig(spelling).method is SamplingMethod.CORESET  # type: ignore[arg-type]


def test_an_unknown_method_lists_the_four() -> None:
    with pytest.raises(ValueError, match="use one of RANDOM, CORESET, CORAL, ACTIVE_LEARNING"):
        SelectionConfig("BITMASK")  # type: ignore[arg-type]


def test_the_defaults_are_lightlys() -> None:
    config = SelectionConfig()
    assert (config.method, config.n_samples, config.min_distance) == ("CORESET", 32, -1)


def test_the_first_four_arguments_are_positional() -> None:
    config = SelectionConfig(SamplingMethod.RANDOM, 10, 0.5, "name")
    assert (config.n_samples, config.min_distance, config.name) == (10, 0.5, "name")


def test_default_names_differ_within_one_moment() -> None:
    assert len({SelectionConfig().name for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_samples": -1},
        {"n_samples": -2},
        {"n_samples": 1.5},
        {"min_distance": -0.5},
        {"min_distance": float("nan")},
        {"min_distance": float("inf")},
        {"seed": -1},
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"n_samples|min_distance|seed"):
        SelectionConfig(**wrong)  # type: ignore[arg-type]


def test_a_seed_is_drawn_once() -> None:
    seeded = SelectionConfig().seeded()
    assert seeded.seed is not None
    assert seeded.seeded() is seeded


def test_the_older_name_is_the_same_class() -> None:
    assert SamplerConfig is OlderLeaf is SelectionConfig
