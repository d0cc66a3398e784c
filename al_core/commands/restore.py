import argparse
import os
import sys

from al_core.commands.shell import path_argument
from al_core.commands.terminal import printed_progress
from al_core.text import counted

SUMMARY = (
    "Make a workspace from a file that `al-core backup` wrote. The exit status is 1 if it could not be "
    "restored, or was not whole when the file was written."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core restore`."""
    parser.add_argument("file", metavar="FILE", type=path_argument, help="the backup")
    parser.add_argument("home", metavar="HOME", type=path_argument, help="a folder that is empty or not there")


def run(arguments: argparse.Namespace) -> int:
    """Restore the workspace; AL_CORE_DATABASE_URL and AL_CORE_ARRAYS say where catalog and arrays go, if not there."""
    from al_core.store.backup import restore_backup
    from al_core.store.storages import asked_for

    home = arguments.home.expanduser().resolve()
    url = os.environ.get("AL_CORE_DATABASE_URL")
    try:
        faults = restore_backup(
            arguments.file.expanduser(),
            home,
            url,
            arrays_address=asked_for(),
            progress=printed_progress("arrays"),
        )
    except OSError as error:
        reason = error.strerror or error
        print(f"al-core restore: {error.filename or home}: {reason}; nothing was restored", file=sys.stderr)
        return 1
    print(f"{home} holds the workspace.")
    if faults:
        print(
            f"It was not whole when it was backed up: {counted(len(faults), 'problem')}; see `al-core doctor`.",
            file=sys.stderr,
        )
    return 1 if faults else 0
