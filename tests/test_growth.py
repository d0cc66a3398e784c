"""A dashboard that has done much work is as small as before; `python -m benchmarks.growth` does much more of it."""

from pathlib import Path

from benchmarks import growth


def test_selections_and_closed_tabs_leave_no_thread_and_no_open_file(tmp_path: Path) -> None:
    start, end = growth.measure(tmp_path, 30, 12, warm_up_selections=10, warm_up_pages=10)
    assert end.has_settled(start), f"{start} became {end}"
