"""The command `al-core`."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

import al_core
from al_core.commands import (
    backup,
    check,
    create,
    dashboard,
    datasets,
    doctor,
    embed,
    embeddings,
    export,
    labels,
    metadata,
    predictions,
    report,
    restore,
    run,
    select,
    serve,
    spacing,
    tag,
    token,
    warm,
)
from al_core.commands.terminal import warnings_as_sentences
from al_core.disk import is_disk_full
from al_core.exceptions import ALCoreError, InvalidInputError
from al_core.text import encodable


@dataclass(frozen=True)
class Command:
    """A subcommand.

    Attributes:
        summary: What it does, in a sentence.
        add_arguments: Declares its arguments.
        run: Does the work and returns the exit code, None for 0.
    """

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


_BROKEN_PIPE = 141
"""The convention of shells: 128 plus the number of the signal, SIGPIPE, which Windows does not have."""

MAY_BE_EMPTY = ("round_name", "image_prefix", "token")
"""Of other arguments an empty value would silently mean what leaving them out means: this machine in place of a server,
or all images in place of a tag."""

COMMANDS = {
    "backup": Command(backup.SUMMARY, backup.add_arguments, backup.run),
    "check": Command(check.SUMMARY, check.add_arguments, check.run),
    "create": Command(create.SUMMARY, create.add_arguments, create.run),
    "dashboard": Command(dashboard.SUMMARY, dashboard.add_arguments, dashboard.run),
    "datasets": Command(datasets.SUMMARY, datasets.add_arguments, datasets.run),
    "doctor": Command(doctor.SUMMARY, doctor.add_arguments, doctor.run),
    "embed": Command(embed.SUMMARY, embed.add_arguments, embed.run),
    "embeddings": Command(embeddings.SUMMARY, embeddings.add_arguments, embeddings.run),
    "export": Command(export.SUMMARY, export.add_arguments, export.run),
    "labels": Command(labels.SUMMARY, labels.add_arguments, labels.run),
    "metadata": Command(metadata.SUMMARY, metadata.add_arguments, metadata.run),
    "predictions": Command(predictions.SUMMARY, predictions.add_arguments, predictions.run),
    "report": Command(report.SUMMARY, report.add_arguments, report.run),
    "restore": Command(restore.SUMMARY, restore.add_arguments, restore.run),
    "run": Command(run.SUMMARY, run.add_arguments, run.run),
    "select": Command(select.SUMMARY, select.add_arguments, select.run),
    "serve": Command(serve.SUMMARY, serve.add_arguments, serve.run),
    "spacing": Command(spacing.SUMMARY, spacing.add_arguments, spacing.run),
    "tag": Command(tag.SUMMARY, tag.add_arguments, tag.run),
    "token": Command(token.SUMMARY, token.add_arguments, token.run),
    "warm": Command(warm.SUMMARY, warm.add_arguments, warm.run),
}


def main(arguments: list[str] | None = None) -> int:
    """Run a subcommand and return the exit code: its own, 1 after an error that is printed, or 130 after Ctrl-C."""
    _replace_closed_streams()
    parser = argparse.ArgumentParser(prog="al-core", description=al_core.__doc__)
    parser.add_argument("--version", action="version", version=f"al-core {al_core.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.summary, description=command.summary))
    chosen = parser.parse_args(arguments)
    try:
        _check_texts(chosen)
        with warnings_as_sentences(chosen.command):
            status = COMMANDS[chosen.command].run(chosen) or 0
        sys.stdout.flush()
        return status
    except ALCoreError as error:
        return _print_error(chosen, error, str(error))
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has seen enough. Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        # The convention of shells: 128 plus the number of the signal, SIGINT.
        return 130
    except Exception as error:
        message = _about_files(error)
        if message is None:
            raise
        return _print_error(chosen, error, message)


def _about_files(error: Exception) -> str | None:
    """Return what to do about a failure of the file system, or None if the error is a defect."""
    if is_disk_full(error):
        return "the disk is full; free some space and run this again"
    # A path that nobody has looked at before: too long, or in a folder that this user may not search.
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be used: {error.strerror}; correct the path, or who may use it"
    return None


def _check_texts(chosen: argparse.Namespace) -> None:
    """Refuse names and addresses that are empty, or not UTF-8, which no catalog holds; a file may have any path."""
    for name, argument in vars(chosen).items():
        texts = argument if isinstance(argument, list) else [argument]
        for text in texts:
            if isinstance(text, str) and not text.strip() and name not in MAY_BE_EMPTY:
                raise InvalidInputError(f"'{name.replace('_', ' ')}' is empty; is a variable unset?")
            if isinstance(text, str) and encodable(text) != text:
                raise InvalidInputError(
                    f"'{encodable(text)}' is not UTF-8, as names are; write it in UTF-8, or rename it"
                )


def _replace_closed_streams() -> None:
    """Read nothing and write nowhere where a shell has closed a stream (`<&-`, `>&-`): Python has None there."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - open as long as the process
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - the same


def _print_error(chosen: argparse.Namespace, error: Exception, message: str) -> int:
    if getattr(chosen, "json", False):
        content = {"error": type(error).__name__, "message": message}
        # Standard output may be the file that there is no room for.
        with suppress(OSError):
            print(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode(), flush=True)
    print(f"al-core {chosen.command}: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
