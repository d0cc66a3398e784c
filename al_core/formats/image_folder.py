import shutil
from pathlib import Path

from al_core.exceptions import AlreadyExistsError
from al_core.formats.archive import member_path
from al_core.formats.export import ExportRows
from al_core.types import Progress


def fill_folder(rows: ExportRows, folder: Path, *, link: bool, progress: Progress | None = None) -> list[Path]:
    """Copy images into a new or empty folder under their filenames, or make symbolic links; return their paths.

    Raises:
        AlreadyExistsError: If the folder has anything in it.
        MissingInputError: If an image is not in the images folder; nothing is copied then.
    """
    sources = rows.image_paths
    targets = [folder / member_path(name) for name in rows.filenames]
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyExistsError(f"{folder} is not empty; give a new folder, nothing is ever replaced")
    for done, (source, target) in enumerate(zip(sources, targets, strict=True), start=1):
        target.parent.mkdir(parents=True, exist_ok=True)
        if link:
            target.symlink_to(source)
        else:
            shutil.copyfile(source, target)
        if progress:
            progress(done, len(sources))
    return targets
