import pytest
from pydantic import ValidationError

from al_core.api.schemas.wire import Count, Int64, Wire


class Sizes(Wire):
    n_samples: Count = 0
    smallest_value: Int64 = 0
    file_name: str = ""


def test_fields_are_camel_case_in_json_and_unknown_ones_ignored() -> None:
    sizes = Sizes.model_validate_json('{"nSamples": 3, "fileName": "a", "more": 1}')
    assert (sizes.n_samples, sizes.file_name) == (3, "a")
    assert sizes.model_dump(by_alias=True) == {"nSamples": 3, "smallestValue": 0, "fileName": "a"}


@pytest.mark.parametrize(
    "body", ['{"nSamples": -1}', f'{{"nSamples": {2**63}}}', f'{{"smallestValue": {-(2**63) - 1}}}']
)
def test_numbers_beyond_64_bits_and_negative_counts_are_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        Sizes.model_validate_json(body)


@pytest.mark.parametrize("body", ['{"nSamples": false}', '{"nSamples": "3"}', '{"fileName": 3}'])
def test_no_value_is_converted_to_another_type(body: str) -> None:
    with pytest.raises(ValidationError):
        Sizes.model_validate_json(body)


def test_a_text_with_nul_is_refused() -> None:
    with pytest.raises(ValidationError, match="must not contain the character NUL"):
        Sizes.model_validate_json('{"fileName": "a\\u0000b"}')
