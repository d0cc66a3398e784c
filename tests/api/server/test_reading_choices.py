import pytest

from al_core.api.server.reading_choices import reading_choices
from al_core.exceptions import InvalidInputError
from al_core.formats import ReadingChoices


def test_meanings_of_columns_come_as_json() -> None:
    assert reading_choices(columns='{"fold": "ignored"}').columns == {"fold": "ignored"}
    assert reading_choices() == ReadingChoices()


@pytest.mark.parametrize("columns", ["{", "[1]", '{"fold": 1}'])
def test_other_meanings_are_refused(columns: str) -> None:
    with pytest.raises(InvalidInputError, match="columns"):
        reading_choices(columns=columns)
