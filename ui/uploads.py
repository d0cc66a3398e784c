"""Uploads on disk: Streamlit holds them in memory, and readers want paths."""

import hashlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui.state import local_workspace

# Long enough for a person who comes back after lunch, short enough not to fill the disk.
UPLOAD_SECONDS = 24 * 3600


def staged_files(uploaded: Sequence[UploadedFile]) -> list[Path]:
    """Write uploads to one folder of the workspace, once, and return their paths; earlier days' uploads go."""
    # Streamlit gives each upload an id of its own, which stays over the reruns of the page.
    digest = hashlib.sha256(" ".join(file.file_id for file in uploaded).encode()).hexdigest()
    folder = _uploads_folder() / digest[:24]
    if not folder.exists():
        _remove_earlier_uploads()
        folder.mkdir(parents=True)
    return [_staged(file, folder) for file in uploaded]


def _staged(file: UploadedFile, folder: Path) -> Path:
    # A browser may send any name: only its last part counts, and never "." or "..".
    path = folder / (Path(file.name).name.strip(".") or "upload")
    if not path.exists():
        path.write_bytes(file.getbuffer())
    return path


def discard_staged(path: Path) -> None:
    """Remove an upload with those that came with it; a file elsewhere on this machine stays."""
    folder = path if path.is_dir() else path.parent
    if folder.parent == _uploads_folder():
        shutil.rmtree(folder, ignore_errors=True)


def _uploads_folder() -> Path:
    workspace = local_workspace()
    return workspace.owner.own_folder(workspace.uploads_folder)


def _remove_earlier_uploads() -> None:
    for folder in _uploads_folder().glob("*"):
        if time.time() - folder.stat().st_mtime > UPLOAD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
