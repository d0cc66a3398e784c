"""The home of a workspace: the folder that `Workspace` opens."""

import os
from pathlib import Path

from al_core import disk
from al_core.exceptions import WorkspaceError


def home_folder(home: Path | str | None = None) -> Path:
    """Return the folder of a workspace: the given one, that of the environment, or the one of this person.

    Raises:
        WorkspaceError: If it goes by the home of somebody who has none, or by links that lead to each other.
    """
    try:
        return Path(home or os.environ.get("AL_CORE_HOME") or Path.home() / ".al_core").expanduser().resolve()
    except RuntimeError as error:
        raise WorkspaceError(
            f"the folder of the workspace cannot be found ({error}); set AL_CORE_HOME to it"
        ) from error


def existing_home(home: Path | str | None = None) -> Path:
    """Return the folder of a workspace that somebody has made.

    Raises:
        WorkspaceError: If there is nothing in it.
    """
    folder = home_folder(home)
    if not folder.is_dir() or not any(folder.iterdir()):
        raise WorkspaceError(f"{folder} is not a workspace; give its folder with --workspace or AL_CORE_HOME")
    return folder


def make_home(home: Path) -> None:
    """Make the folder of a workspace if it is not there.

    Raises:
        WorkspaceError: If it cannot be made.
    """
    try:
        disk.make_folder(home)
    except OSError as error:
        reason = error.strerror or error
        raise WorkspaceError(
            f"{home} cannot be made a workspace ({reason}); set AL_CORE_HOME to another folder"
        ) from error
