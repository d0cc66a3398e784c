"""Images that people drop on the dashboard: they go to disk one by one, and a try that was cut off is continued."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from al_core.api.server import errors
from al_core.api.server.errors import ApiError, disk_full
from al_core.api.server.guards.size import check_length, limited
from al_core.api.server.settings import MEGABYTE, Settings
from al_core.exceptions import ALCoreError, InvalidInputError, NotFoundError
from al_core.steps.dropped_images import (
    DroppedFile,
    DroppedSizes,
    check_image_name,
    is_there,
    keep_image,
    own_images_folder,
    shortened,
)
from al_core.store import LocalDataset
from al_core.wire.json_values import parse_json

if TYPE_CHECKING:
    from tempfile import _TemporaryFileWrapper

    from al_core.store import Workspace

MOST_AT_ONCE = 1000
"""Files that one question may be about."""

MAX_QUESTION_BYTES = 4 * MEGABYTE
"""A thousand of the longest names, each byte escaped."""

SPARE_BYTES = 256 * MEGABYTE
"""What stays free on the disk: catalog and embeddings need space too."""

NEWEST = 2**53
"""The largest number that a browser counts exactly; of milliseconds it is 285,000 years."""

MOST_DIGITS = 16
"""Those of the number above."""


def drop_app(open_workspace: "Callable[[], Workspace]", settings: Settings) -> Starlette:
    """Return the application that takes images for datasets of a workspace.

    `POST /DATASET` with a list of files answers which of them are to be sent, `PUT /DATASET?name=…` takes one. The door
    has refused whoever may not write, and the pages of other sites.
    """
    desk = _Desk(open_workspace, settings)
    return Starlette(
        routes=[
            Route("/{dataset}", desk.compare, methods=["POST"]),
            Route("/{dataset}", desk.keep, methods=["PUT"]),
        ],
        exception_handlers=HANDLERS,
    )


class _Desk:
    """Where files are announced and handed in."""

    def __init__(self, open_workspace: "Callable[[], Workspace]", settings: Settings) -> None:
        self._open_workspace = open_workspace
        self._max_image_bytes = settings.max_image_mb * MEGABYTE
        self._sizes = DroppedSizes(settings.max_drop_files, settings.max_drop_mb * MEGABYTE)

    async def compare(self, request: Request) -> Response:
        """Answer which of some files are missing, by their positions, and which are refused, with the reasons."""
        check_length(request.headers, MAX_QUESTION_BYTES, "list of files")
        receive = limited(request.receive, MAX_QUESTION_BYTES, "list of files")
        body = await Request(request.scope, receive).body()
        files = _announced(parse_json(body))
        return await run_in_threadpool(self._compare, request.path_params["dataset"], files)

    async def keep(self, request: Request) -> Response:
        """Store a file, unless it is there already."""
        check_length(request.headers, self._max_image_bytes, "image")
        file = _described(request.query_params)
        # Before the body is read: what is refused anyway does not have to be sent first.
        folder = await run_in_threadpool(self._prepare, request.path_params["dataset"], file)
        workspace = self._open_workspace()
        incoming = workspace.owner.own_folder(workspace.incoming_folder)
        receive = limited(request.receive, self._max_image_bytes, "image")
        with tempfile.NamedTemporaryFile(dir=incoming) as body:
            async for chunk in Request(request.scope, receive).stream():
                body.write(chunk)
            is_new = await run_in_threadpool(self._keep, folder, file, body)
        return _fresh({"isNew": is_new}, 201 if is_new else 200)

    def _compare(self, dataset_id: str, files: list[DroppedFile]) -> Response:
        folder = own_images_folder(self._dataset(dataset_id))
        refused: dict[str, str] = {}
        missing = []
        for position, file in enumerate(files):
            try:
                self._check(file)
            except ALCoreError as error:
                refused[str(position)] = str(error)
                continue
            if not is_there(folder, file):
                missing.append(position)
        self._check_room(folder, [files[position] for position in missing])
        return _fresh({"missing": missing, "refused": refused})

    def _prepare(self, dataset_id: str, file: DroppedFile) -> Path:
        self._check(file)
        folder = own_images_folder(self._dataset(dataset_id))
        if not (folder / file.name).exists():
            self._check_room(folder, [file])
        return folder

    def _keep(self, folder: Path, file: DroppedFile, body: "_TemporaryFileWrapper[bytes]") -> bool:
        body.flush()
        # It is linked into place as it is, so its bytes have to be on the disk.
        os.fsync(body.fileno())
        is_new = keep_image(folder, file, Path(body.name))
        if is_new:
            self._sizes.add(folder, file.n_bytes)
        return is_new

    def _dataset(self, dataset_id: str) -> LocalDataset:
        dataset = self._open_workspace().dataset(dataset_id)
        # By its name another dataset could answer, once this one is gone.
        if dataset.id != dataset_id:
            raise NotFoundError(f"the workspace has no dataset with the id '{dataset_id}'")
        return dataset

    def _check(self, file: DroppedFile) -> None:
        check_image_name(file.name)
        if not 0 < file.n_bytes <= self._max_image_bytes:
            raise InvalidInputError(
                f"{shortened(file.name)} has {file.n_bytes:,} bytes; an image has at least one, and more than "
                f"{self._max_image_bytes // MEGABYTE:,} MB are not taken (AL_CORE_MAX_IMAGE_MB)"
            )

    def _check_room(self, folder: Path, files: Sequence[DroppedFile]) -> None:
        self._sizes.check(folder, files)
        n_bytes = sum(file.n_bytes for file in files)
        if shutil.disk_usage(folder).free < n_bytes + SPARE_BYTES:
            raise disk_full()


def _announced(body: object) -> list[DroppedFile]:
    """Return the files of a question: `[[name, bytes, modified], …]`."""
    if not isinstance(body, list) or len(body) > MOST_AT_ONCE:
        raise InvalidInputError(f"the body must be a list of at most {MOST_AT_ONCE:,} files")
    files = []
    for entry in body:
        fields = entry if isinstance(entry, list) and len(entry) == 3 else (entry, None, None)
        files.append(_file(*fields))
    return files


def _described(query: QueryParams) -> DroppedFile:
    return _file(query.get("name"), _number(query.get("bytes", "")), _number(query.get("modified", "")))


def _number(text: str) -> int | None:
    # Python refuses to read numbers of thousands of digits.
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def _file(name: object, n_bytes: object, modified: object) -> DroppedFile:
    if (
        isinstance(name, str)
        and isinstance(n_bytes, int)
        and isinstance(modified, int)
        and 0 <= n_bytes <= NEWEST
        and 0 <= modified <= NEWEST
    ):
        return DroppedFile(name, n_bytes, modified)
    raise InvalidInputError("each file has a name, its bytes, and when it was modified in milliseconds since 1970")


def _fresh(content: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})


HANDLERS = {
    ALCoreError: errors.HANDLERS[ALCoreError],
    ApiError: errors.HANDLERS[HTTPException],
    OSError: errors.HANDLERS[OSError],
    ClientDisconnect: errors.HANDLERS[ClientDisconnect],
}
