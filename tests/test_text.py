from datetime import datetime

import pytest

from al_core.text import counted, day, duration, moment, percent


def test_one_thing_is_singular_and_any_other_number_of_them_plural() -> None:
    assert [counted(n, "box") for n in (0, 1, 2)] == ["0 boxes", "1 box", "2 boxes"]
    assert counted(1_000, "sample") == "1,000 samples"


def test_a_share_has_one_decimal() -> None:
    assert [percent(share) for share in (0, 0.0004, 0.12345)] == ["0.0%", "0.0%", "12.3%"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (99.4, "99 s"), (99.5, "2 min"), (3_569, "59 min"), (3_570, "1 h 0 min"), (7_199, "2 h 0 min")],
)
def test_a_duration_is_as_precise_as_people_care_for(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_day_and_a_moment_are_local_and_without_leading_zeros() -> None:
    milliseconds = round(datetime(2026, 3, 4, 5, 6).timestamp() * 1000)
    assert (day(milliseconds), moment(milliseconds)) == ("Mar 4, 2026", "Mar 4, 2026, 05:06")
