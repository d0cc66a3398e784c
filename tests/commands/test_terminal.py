import pytest

from al_core.commands.terminal import printed_progress


def test_outside_a_terminal_the_last_line_alone_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    progress = printed_progress("images", " sent")
    progress(1, 1200)
    progress(1200, 1200)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("1,200 of 1,200 images sent, ")
    assert line.endswith(" images/s, 0 s left")
