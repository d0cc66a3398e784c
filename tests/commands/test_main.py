import argparse

import pytest

from al_core.commands.main import COMMANDS, Command, main
from al_core.exceptions import Cancelled, InvalidInputError, NotFoundError


def no_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def command_that_raises(error: BaseException) -> Command:
    def run(arguments: argparse.Namespace) -> None:
        raise error

    return Command("Raise an error.", no_arguments, run)


def test_the_exit_code_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "three", Command("Return 3.", no_arguments, lambda arguments: 3))
    monkeypatch.setitem(COMMANDS, "nothing", Command("Return nothing.", no_arguments, lambda arguments: None))
    assert main(["three"]) == 3
    assert main(["nothing"]) == 0


@pytest.mark.parametrize("error", [InvalidInputError, NotFoundError, Cancelled])
def test_an_expected_error_is_a_sentence_and_exit_code_1(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "fail", command_that_raises(error("the disk is full")))
    assert main(["fail"]) == 1
    assert capsys.readouterr().err == "al-core fail: the disk is full\n"


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(COMMANDS, "wait", command_that_raises(KeyboardInterrupt()))
    assert main(["wait"]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "break", command_that_raises(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["break"])


def test_help_lists_every_command_with_its_summary(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    # The summaries are wrapped to the width of the terminal.
    text = " ".join(capsys.readouterr().out.split())
    for name, command in COMMANDS.items():
        assert f"{name} {command.summary}" in text


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["selct"])
    assert ended.value.code == 2
    assert "invalid choice: 'selct'" in capsys.readouterr().err
