"""Which storage a workspace's arrays are in: `AL_CORE_ARRAYS` says so once, and the catalog records it."""

import math
import os
from pathlib import Path

from sqlalchemy import Engine, or_, select, update

from al_core.exceptions import InvalidInputError, WorkspaceError
from al_core.objects.address import check_address, is_address
from al_core.objects.objects import Objects
from al_core.store import tables
from al_core.store.array_cache import ArrayCache
from al_core.store.binding import CANNOT_BE_OPENED
from al_core.store.engines import reading, writing
from al_core.store.folder_storage import FolderStorage
from al_core.store.object_storage import ObjectStorage
from al_core.store.storage import Storage

CACHE_GIGABYTES = 50.0
"""How much of an object storage is kept on this machine, unless `AL_CORE_CACHE_GB` says otherwise."""

CACHE = "cache"
"""The folder of a home with copies of what is in an object storage."""

CONTENT = (select(tables.datasets.c.id).where(tables.datasets.c.n_samples > 0), select(tables.arrays.c.id))
"""What is stored somewhere, and so has to stay there."""


def open_storage(engine: Engine, home: Path, workspace_id: str) -> Storage:
    """Return where the arrays of a workspace are; the first to say an address records it.

    Raises:
        WorkspaceError: If the catalog has recorded another place, the place belongs to another workspace, or it cannot
            be reached.
    """
    address = asked_for()
    recorded = _recorded(engine)
    if address is None or address == recorded:
        address = recorded
    elif recorded is not None:
        raise WorkspaceError(
            f"the arrays of this workspace are in {recorded}, but AL_CORE_ARRAYS is {address}; set it to "
            f"{recorded}, or leave it out",
            public=CANNOT_BE_OPENED,
        )
    elif _has_content(engine):
        raise WorkspaceError(
            f"the arrays of this workspace are in {home / 'datasets'}, but AL_CORE_ARRAYS is {address}; leave it "
            "out, or open a new workspace with it",
            public=CANNOT_BE_OPENED,
        )
    if address is None:
        return FolderStorage(home / "datasets")
    storage = make_storage(address, home)
    # Claimed once, by the first to choose it: a recorded place without its mark is not this workspace's any more.
    owner = storage.owner() or (storage.claim(workspace_id) if recorded is None else None)
    if owner != workspace_id:
        holds = f"the arrays of the workspace {owner}" if owner else "nothing of this workspace"
        raise WorkspaceError(
            f"{address} holds {holds}; set AL_CORE_ARRAYS to the place where the arrays of the workspace "
            f"{workspace_id} are, or to one that is empty",
            public=CANNOT_BE_OPENED,
        )
    if recorded is None:
        _record(engine, address)
    return storage


def make_storage(address: str, home: Path) -> Storage:
    """Return the storage at an address; nothing is read or written."""
    if not is_address(address):
        return FolderStorage(Path(address), address)
    folder = os.environ.get("AL_CORE_CACHE")
    cache = ArrayCache(Path(folder).expanduser().resolve() if folder else home / CACHE, _cache_limit())
    try:
        return ObjectStorage(Objects(address), cache)
    except InvalidInputError as error:
        raise WorkspaceError(f"AL_CORE_ARRAYS cannot be used: {error}", public=CANNOT_BE_OPENED) from error


def asked_for() -> str | None:
    """Return the place that `AL_CORE_ARRAYS` names as the catalog records it, or None.

    Raises:
        WorkspaceError: If it cannot be used.
    """
    text = os.environ.get("AL_CORE_ARRAYS")
    if not text:
        return None
    try:
        return check_address(text) if is_address(text) else str(Path(text).expanduser().resolve())
    except InvalidInputError as error:
        raise WorkspaceError(f"AL_CORE_ARRAYS cannot be used: {error}", public=CANNOT_BE_OPENED) from error


def number_in_environment(variable: str, default: float, unit: str) -> float:
    """Return the number from 0 that a variable of the environment says, or the default if it says nothing.

    Raises:
        WorkspaceError: If it is no such number.
    """
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise WorkspaceError(f"{variable} should be a number of {unit} from 0, not {text!r}")
    return number


def _cache_limit() -> int:
    return round(number_in_environment("AL_CORE_CACHE_GB", CACHE_GIGABYTES, "gigabytes") * 1e9)


def _recorded(engine: Engine) -> str | None:
    with reading(engine) as connection:
        address: str | None = connection.execute(select(tables.workspace.c.arrays)).scalar_one()
    return address


def _has_content(engine: Engine) -> bool:
    """Whether something is stored already, be it deleted."""
    with reading(engine) as connection:
        return any(connection.execute(query.limit(1)).first() for query in CONTENT)


def _record(engine: Engine, address: str) -> None:
    # Who stores the first samples reads the row under a lock, see `NewFilenames.store`.
    is_free = tables.workspace.c.arrays.is_(None) & ~or_(*(query.exists() for query in CONTENT))
    with writing(engine) as connection:
        connection.execute(update(tables.workspace).where(is_free).values(arrays=address))
    if _recorded(engine) != address:
        raise WorkspaceError(
            "another process has just stored samples of this workspace, or chosen another place for its arrays; give "
            "all of them the same AL_CORE_ARRAYS",
            public=CANNOT_BE_OPENED,
        )
