import math

from al_core.formats.labels.times import seconds_since_1970


def test_times_are_read_as_tools_write_them() -> None:
    assert seconds_since_1970("2026-11-26T05:44:59.525201Z") == 1795671899.525201
    assert seconds_since_1970("2026-11-26 06:44:59+01:00") == 1795671899
    assert seconds_since_1970(1795671899525) == 1795671899.525
    assert seconds_since_1970("1795671899") == 1795671899


def test_what_is_no_time_is_unknown() -> None:
    times: list[object] = [None, "", "yesterday", True, [], "9" * 400, math.inf]
    for time in times:
        assert math.isnan(seconds_since_1970(time))
