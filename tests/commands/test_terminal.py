import pytest

from al_core.commands.terminal import printed_progress


def test_outside_a_terminal_the_last_line_alone_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    progress = printed_progress("images", " sent")
    progress(1, 1200)
    progress(1200, 1200)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("1,200 of 1,200 images sent, ")
    assert line.endswith(" images/s, 0 s left")


def test_nothing_is_written_before_anything_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    progress = printed_progress("images")
    progress(0, 0)
    progress(0, 1200)
    assert capsys.readouterr().err == ""
