import argparse
import sys

from al_core.commands.shell import STANDARD_INPUT, add_workspace, path_argument
from al_core.commands.terminal import printed_progress
from al_core.exceptions import InvalidInputError
from al_core.text import counted

SUMMARY = (
    "Write a workspace into one file while servers use it. The exit status is 1 if files of the workspace are missing."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core backup`."""
    parser.add_argument("file", metavar="FILE", type=path_argument, help="a new file: an uncompressed tar")
    add_workspace(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the backup and list what is not in it because it is missing."""
    from al_core.store import Workspace

    if arguments.file == STANDARD_INPUT:
        raise InvalidInputError("a backup is a file, whole or not there, and cannot go to standard output; name a file")
    path = arguments.file.expanduser().resolve()
    try:
        with Workspace.existing(arguments.workspace) as workspace:
            missing = workspace.back_up(path, progress=printed_progress("files"))
    except OSError as error:
        print(f"al-core backup: {path} cannot be written: {error.strerror or error}; nothing was kept", file=sys.stderr)
        return 1
    print(f"{path} holds the workspace ({path.stat().st_size / 1e6:,.1f} MB).")
    if missing:
        print(f"Without {counted(len(missing), 'missing file')}; `al-core doctor` says more:", file=sys.stderr)
        print(*(f"  {name}" for name in missing), sep="\n", file=sys.stderr)
    return 1 if missing else 0
