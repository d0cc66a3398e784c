import argparse
import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from al_core.commands.main import COMMANDS, Command, main
from al_core.commands.shell import write_file, write_output
from al_core.exceptions import Cancelled, InvalidInputError, NotFoundError
from tests.patience import PATIENCE


def no_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def json_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


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


def test_a_full_disk_is_a_sentence_and_other_failures_keep_their_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "fail", command_that_raises(OSError(errno.ENOSPC, "No space left on device")))
    assert main(["fail"]) == 1
    assert capsys.readouterr().err == "al-core fail: the disk is full; free some space and run this again\n"
    monkeypatch.setitem(COMMANDS, "fail", command_that_raises(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(OSError, match="Input/output error"):
        main(["fail"])


def test_a_warning_is_a_sentence_without_the_line_of_source() -> None:
    script = (
        "import sys, warnings; from al_core.exceptions import ALCoreWarning; "
        "from al_core.commands.main import COMMANDS, Command, main; "
        "warn = lambda arguments: warnings.warn('only 4 are left', ALCoreWarning); "
        "COMMANDS['warn'] = Command('', lambda parser: None, warn); sys.exit(main(['warn']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "al-core warn: only 4 are left\n")


def test_an_expected_error_is_json_too_if_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def add_json(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    fails = command_that_raises(NotFoundError("there is no file x"))
    monkeypatch.setitem(COMMANDS, "fail", Command("Fail.", add_json, fails.run))
    assert main(["fail", "--json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"error": "NotFoundError", "message": "there is no file x"}
    assert printed.err == "al-core fail: there is no file x\n"


def test_a_reader_that_has_seen_enough_ends_the_command_without_a_traceback() -> None:
    lines = "import sys; print(*range(10**6), sep=chr(10)); sys.stdout.flush()"
    script = (
        "import sys; from al_core.commands.main import COMMANDS, Command, main; "
        f"COMMANDS['long'] = Command('', lambda parser: None, lambda arguments: exec({lines!r})); "
        "sys.exit(main(['long']))"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 141


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
    # The summaries are wrapped to the width of the terminal, `al-core` after its hyphen too.
    text = "".join(capsys.readouterr().out.split())
    for name, command in COMMANDS.items():
        assert "".join(f"{name}{command.summary}".split()) in text


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["selct"])
    assert ended.value.code == 2
    assert "invalid choice: 'selct'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["embed", "", "--dataset", "animals"],
        ["datasets", "--workspace", ""],
        ["create", "", "--dataset", "animals"],
        ["create", "list.txt", "--dataset", "animals", "--images-dir", " "],
        ["labels", "add", "", "--dataset", "animals"],
        ["predictions", "add", "", "--dataset", "animals"],
        ["run", ""],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_not_the_current_folder(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "the path is empty; is a variable unset?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["datasets", "--server", ""], "server"),
        (["predictions", "add", "p.csv", "--dataset", "animals", "--tag", " "], "tag"),
        (["select", "--name", "round 1", "--dataset", "animals", "--query", ""], "query"),
        (["export", "first", "csv", "list.csv", "--dataset", "animals", "--class", ""], "classes"),
    ],
    ids=["server", "tag", "query", "class"],
)
def test_an_empty_value_is_not_the_same_as_none(
    arguments: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--workspace", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"al-core {arguments[0]}: '{name}' is empty; is a variable unset?\n"


def test_a_path_that_cannot_be_looked_at_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = "x" * 300
    assert main(["check", path, "--dataset", "animals", "--workspace", str(tmp_path)]) == 1
    assert f"al-core check: {path} cannot be used: File name too long; correct the path" in capsys.readouterr().err


def test_an_address_is_no_path_with_one_slash(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "s3://bucket/p.npy", "--dataset", "animals"])
    assert (
        "expected a path on this machine, found an address; embed and predictions add take" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["labels", "list", "--dataset", "NAME"],
        ["tag", "NAME", "list.txt", "--dataset", "animals"],
        ["create", "list.txt", "--dataset", "NAME"],
        ["export", "NAME", "csv", "list.csv", "--dataset", "animals"],
        ["export", "first", "csv", "list.csv", "--dataset", "animals", "--class", "NAME"],
        ["embed", "NAME", "--dataset", "animals"],
    ],
    ids=" ".join,
)
def test_a_name_that_is_not_utf_8_is_refused_in_a_sentence(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # As Python gets é from a shell that writes Latin-1.
    name = os.fsdecode(b"caf\xe9")
    given = [name if argument == "NAME" else argument for argument in arguments]
    assert main([*given, "--workspace", str(tmp_path)]) == 1
    sentence = r"'caf\udce9' is not UTF-8, as names are; write it in UTF-8, or rename it"
    assert capsys.readouterr().err == f"al-core {arguments[0]}: {sentence}\n"


class FullDisk(io.StringIO):
    """Standard output into a file that there is no room for."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "no space")


def test_an_error_in_json_on_a_full_disk_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(arguments: argparse.Namespace) -> None:
        print("{}")

    monkeypatch.setattr(sys, "stdout", FullDisk())
    monkeypatch.setitem(COMMANDS, "answer", Command("Answer.", json_argument, answer))
    assert main(["answer", "--json"]) == 1
    assert capsys.readouterr().err == "al-core answer: the disk is full; free some space and run this again\n"


def test_closed_streams_are_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setitem(COMMANDS, "read", Command("Read.", no_arguments, lambda arguments: len(sys.stdin.read())))
    assert main(["read"]) == 0
    sys.stdin.close()
    sys.stdout.close()


def test_a_device_is_written_and_never_read() -> None:
    # Reading /dev/zero never ends; what is written there is lost.
    assert write_output(Path("/dev/zero"), b"content", force=False)


def test_of_a_file_that_the_disk_does_not_hold_no_half_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InvalidInputError, match="No space left on device; choose another file"):
        write_output(tmp_path / "round.csv", b"content", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_file(tmp_path / "link", b"content")
    assert ((tmp_path / "link").is_symlink(), (tmp_path / "file").read_bytes()) == (True, b"content")
