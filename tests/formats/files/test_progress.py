from pathlib import Path

import pytest

from al_core.exceptions import Cancelled
from al_core.formats.files.progress import open_reported, reading_reported, report, reported


def test_items_are_reported_in_percent_and_never_backwards() -> None:
    calls: list[tuple[int, int]] = []
    with reading_reported(lambda done, total: calls.append((done, total))):
        assert list(reported("abcd")) == ["a", "b", "c", "d"]
        report(1, 10)
    assert calls == [(0, 100), (25, 100), (50, 100), (75, 100), (75, 100)]


def test_without_a_progress_nothing_is_reported() -> None:
    assert list(reported("ab")) == ["a", "b"]
    assert open_reported(Path(__file__)) is None


def test_a_progress_that_raises_stops_the_reading() -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled), reading_reported(cancel):
        next(reported("ab"))


def test_reads_of_a_file_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    calls: list[int] = []
    with reading_reported(lambda done, total: calls.append(done)):
        file = open_reported(tmp_path / "a")
        assert file is not None
        with file:
            assert file.read(5) == b"x" * 5
            assert file.read() == b"x" * 5
    assert calls == [0, 50]
