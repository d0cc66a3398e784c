"""What the commands of the loop share: where datasets are, what is read, and how an answer is printed."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from al_core.exceptions import AlreadyExistsError, InvalidInputError
from al_core.objects.address import is_address

if TYPE_CHECKING:
    from al_core.remote import RemoteWorkspace
    from al_core.store import Workspace

STANDARD_INPUT = Path("-")
HIGHEST_PORT = 65535


def path_argument(text: str) -> Path:
    """Return the path that an argument names.

    Raises:
        argparse.ArgumentTypeError: If it is empty, such as an unset variable: Python takes it for the current folder;
            or if it is an address, of which Python makes a path with one slash.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("the path is empty; is a variable unset?")
    if is_address(text):
        # Not repeated: it may hold a password.
        raise argparse.ArgumentTypeError(
            "expected a path on this machine, found an address; embed and predictions add take addresses"
        )
    return Path(text)


def port_argument(text: str) -> int:
    """Return the port that an argument names; 0 leaves it to the system.

    Raises:
        argparse.ArgumentTypeError: If there is no such port.
    """
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"expected a port, 0 to {HIGHEST_PORT}, found {text!r}")
    return int(text)


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Declare `--workspace`."""
    parser.add_argument(
        "--workspace", type=path_argument, metavar="FOLDER", help="workspace; by default AL_CORE_HOME or ~/.al_core"
    )


def add_dataset(parser: argparse.ArgumentParser) -> None:
    """Declare which dataset is meant, where it is, and how to answer."""
    parser.add_argument("--dataset", required=True, metavar="NAME", help="name or id of the dataset")
    add_place_arguments(parser)


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the datasets are, and how to answer."""
    add_workspace(parser)
    parser.add_argument("--server", metavar="URL", help="server with the datasets; its token is in AL_CORE_TOKEN")
    parser.add_argument("--json", action="store_true", help="print the answer, or the error, as JSON")


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Declare `--dry-run`."""
    parser.add_argument("--dry-run", action="store_true", help="check everything and store nothing")


def add_starting_point(parser: argparse.ArgumentParser) -> None:
    """Declare which images can be selected, and which count as labeled."""
    parser.add_argument("--query", metavar="TAG", help="tag to select from; by default all images")
    parser.add_argument("--labeled", metavar="TAG", help="tag of the labeled images; by default all that are labeled")


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Declare `--cluster`."""
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="Dask scheduler whose workers do the work, such as tcp://scheduler:8786; by default "
        "AL_CORE_CLUSTER, without which this machine does",
    )


@contextmanager
def opened(arguments: argparse.Namespace) -> "Iterator[Workspace | RemoteWorkspace]":
    """Open the workspace on this machine, or the one of the server."""
    from al_core.store import Workspace

    with Workspace(arguments.workspace) as workspace:
        if not arguments.server:
            yield workspace
            return
        from al_core.remote import RemoteWorkspace

        # Most commands have no argument for the token: other people on the machine see those.
        token = getattr(arguments, "token", None) or os.environ.get("AL_CORE_TOKEN")
        yield RemoteWorkspace(arguments.server, token, workspace.home / "remote")


@contextmanager
def input_file(path: Path, name: str) -> Iterator[Path]:
    """Return the file to read; for `-`, one of this name that holds the standard input."""
    if path != STANDARD_INPUT:
        yield path.expanduser()
        return
    with tempfile.TemporaryDirectory(prefix="al_core-") as folder:
        file = Path(folder) / name
        with file.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target)
        yield file


def write_output(path: Path, content: bytes, *, force: bool) -> bool:
    """Write a file and return whether that changed it.

    Raises:
        AlreadyExistsError: If it is there with another content, unless with `force`.
        InvalidInputError: If it cannot be written, or its folder is not there.
    """
    try:
        # Not of a device or a pipe, such as /dev/stdout: reading one may never end.
        if path.is_file() and path.read_bytes() == content:
            return False
        if path.is_file() and not force:
            raise AlreadyExistsError(f"{path} has another content; give another name, or --force")
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}; choose another file") from error
    if not path.parent.is_dir():
        raise InvalidInputError(
            f"{path} cannot be written: there is no folder {path.parent}; make it, or correct the name"
        )
    write_file(path, content)
    return True


def write_file(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        InvalidInputError: If it cannot be written.
    """
    from al_core.disk import write_atomically

    try:
        # A device or a pipe would be replaced by a file, and so would a link: /dev/stdout is one, even to a file.
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(content)
        else:
            write_atomically(path, lambda file: file.write(content))
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written: {error.strerror}; choose another file") from error


def print_answer(arguments: argparse.Namespace, sentence: str, **values: Any) -> None:
    """Print what was done: as a sentence, or as JSON with these values."""
    print(to_text(values) if arguments.json else sentence)


def to_text(values: Mapping[str, Any] | list[Any]) -> str:
    """Return values as JSON of several lines."""
    return orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode()
