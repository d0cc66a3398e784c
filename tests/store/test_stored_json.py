from dataclasses import dataclass

import pytest

from al_core.exceptions import InvalidInputError
from al_core.store.stored_json import read_record, to_json


@dataclass(frozen=True)
class Camera:
    name: str
    lenses: tuple[str, ...] = ()
    iso: int | None = None

    def __post_init__(self) -> None:
        if self.iso == 0:
            raise InvalidInputError("iso is 1 or more, not 0")


def test_a_record_is_stored_without_what_is_empty() -> None:
    assert to_json(Camera("a", iso=100)) == {"name": "a", "iso": 100}


def test_lists_are_read_as_tuples_so_that_records_stay_frozen() -> None:
    assert read_record(Camera, {"name": "a", "lenses": ["wide", "tele"]}) == Camera("a", ("wide", "tele"))


@pytest.mark.parametrize("content", [None, ["a"], {"iso": 100}, {"name": "a", "iso": 0}])
def test_what_cannot_be_read_is_none(content: object) -> None:
    assert read_record(Camera, content) is None  # type: ignore[arg-type]  # what an old catalog may hold
