"""Which catalog belongs to which home: both have the workspace's id.

The id comes into the home first, as a draft, then into the catalog, in the transaction that makes or migrates it, and
last the draft becomes the id file. A process killed in between leaves a draft that no catalog has, or a draft whose id
the catalog has; the next opening completes both.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from al_core import disk
from al_core.exceptions import WorkspaceError

ID_FILE = "workspace.json"
DRAFT_FILE = "workspace.json.draft"

CANNOT_BE_OPENED = "the workspace cannot be opened: its folder and its catalog do not fit; ask its administrator"
"""What clients read of every error below, which name folders and databases."""

MATCH_THEM = (
    "set AL_CORE_HOME and AL_CORE_DATABASE_URL to a folder and a catalog that belong together, "
    "or restore this workspace's own catalog"
)


@dataclass(frozen=True)
class CatalogState:
    """What a catalog says of itself before anything in it is changed.

    Attributes:
        place: The file or database, for messages.
        revision: The last migration, or None in a catalog that is new or made before there were migrations.
        is_new: Whether it has no tables yet.
        workspace_id: The id, or None in a catalog that is new or older than ids.
        dataset_ids: The datasets it names.
        has_samples: Whether one of them has samples, and so files.
        arrays: Where the arrays are, or None if they are in the home.
    """

    place: str
    revision: str | None = None
    is_new: bool = True
    workspace_id: str | None = None
    dataset_ids: frozenset[str] = frozenset()
    has_samples: bool = False
    arrays: str | None = None


def read_id(home: Path) -> str | None:
    """Return the id of a home, or None if it has none yet."""
    return _read(home / ID_FILE)


def read_draft(home: Path) -> str | None:
    """Return the id that an opening under way, or one that was killed, wants the home to have."""
    return _read(home / DRAFT_FILE)


def write_draft(home: Path, workspace_id: str) -> None:
    """Write down the id before the catalog has it."""
    content = id_json(workspace_id)
    disk.write_atomically(home / DRAFT_FILE, lambda file: file.write(content))


def complete_draft(home: Path) -> None:
    """Make the draft the home's id, now that the catalog has it."""
    (home / DRAFT_FILE).replace(home / ID_FILE)
    # Only the process that holds the home's lock writes drafts, so these are of processes that were killed.
    for leftover in home.glob(f"{DRAFT_FILE}.*.tmp"):
        leftover.unlink()
    disk.sync_folder(home)


def check(catalog: CatalogState, home: Path) -> None:
    """Raise unless the catalog is the home's, or both are new.

    Raises:
        WorkspaceError: Otherwise. Nothing has been changed.
    """
    home_id = read_id(home)
    folders = dataset_folders(home)
    if catalog.is_new:
        if home_id or folders:
            raise _lost(catalog, home)
    elif catalog.workspace_id and home_id:
        if catalog.workspace_id != home_id:
            raise _another(catalog, home, home_id)
    elif not (
        _is_draft_of(catalog, home)
        or _names_one_of(catalog, folders)
        or _are_empty(catalog, home_id, folders)
        or _is_another_server(catalog, home_id, folders)
    ):
        raise _stranger(catalog, home, folders)


def dataset_folders(home: Path) -> set[str]:
    """Return the ids of the datasets that have files in a home."""
    return {folder.name for folder in (home / "datasets").glob("*") if folder.is_dir() and any(folder.iterdir())}


def id_json(workspace_id: str) -> bytes:
    """Return the content of an id file."""
    return json.dumps({"id": workspace_id}).encode()


def id_of_json(content: bytes, place: str) -> str:
    """Return the id that the content of an id file names.

    Raises:
        WorkspaceError: If it names none.
    """
    try:
        return str(json.loads(content)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise WorkspaceError(
            f'{place} should hold the workspace\'s id as {{"id": "…"}}, and does not; remove the file: '
            "the id is taken from the catalog again, if that names the datasets in this folder",
            public=CANNOT_BE_OPENED,
        ) from error


def _read(path: Path) -> str | None:
    try:
        return id_of_json(path.read_bytes(), str(path))
    except FileNotFoundError:
        return None


def _is_draft_of(catalog: CatalogState, home: Path) -> bool:
    return catalog.workspace_id is not None and catalog.workspace_id == read_draft(home)


def _names_one_of(catalog: CatalogState, folders: set[str]) -> bool:
    # Dataset ids are 96 random bits, so one in common is proof. Not every folder needs to be named: earlier versions
    # left some behind when they were killed while they deleted a dataset.
    return not catalog.dataset_ids.isdisjoint(folders)


def _are_empty(catalog: CatalogState, home_id: str | None, folders: set[str]) -> bool:
    """Whether this is a workspace older than ids in which no dataset has been given samples."""
    return not (catalog.workspace_id or home_id or folders or catalog.has_samples)


def _is_another_server(catalog: CatalogState, home_id: str | None, folders: set[str]) -> bool:
    """Whether a new home joins a workspace whose arrays are in no home."""
    return bool(catalog.workspace_id and catalog.arrays and not home_id and not folders)


def _lost(catalog: CatalogState, home: Path) -> WorkspaceError:
    return WorkspaceError(
        f"{home} is a workspace already, but its catalog {catalog.place} is empty or not there; restore the catalog "
        "from a backup, set AL_CORE_DATABASE_URL to the database that holds it, or set AL_CORE_HOME to a new folder",
        public=CANNOT_BE_OPENED,
    )


def _another(catalog: CatalogState, home: Path, home_id: str) -> WorkspaceError:
    return WorkspaceError(
        f"{home} is the workspace {home_id}, but {catalog.place} is the catalog of the workspace "
        f"{catalog.workspace_id}; {MATCH_THEM}",
        public=CANNOT_BE_OPENED,
    )


def _stranger(catalog: CatalogState, home: Path, folders: set[str]) -> WorkspaceError:
    return WorkspaceError(
        f"{catalog.place} is the catalog of another workspace than {home}: of the datasets that have files there "
        f"({len(folders)}) it names none; {MATCH_THEM}",
        public=CANNOT_BE_OPENED,
    )
