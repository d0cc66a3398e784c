import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from al_core.exceptions import AlreadyExistsError, InvalidInputError
from al_core.formats.exports.archive import member_path
from al_core.formats.exports.rows import ExportRows
from al_core.types import Progress


def fill_folder(rows: ExportRows, folder: Path, *, link: bool, progress: Progress | None = None) -> list[Path]:
    """Copy images into a new or empty folder under their filenames, or make symbolic links; return their paths.

    Where it cannot be finished, or `progress` raises, nothing of it is left.

    Raises:
        InvalidInputError: If the folder cannot be written.
        AlreadyExistsError: If the folder has anything in it.
        MissingInputError: If an image is not in the images folder; nothing is copied then.
    """
    sources = rows.image_paths
    targets = [folder / member_path(name) for name in rows.filenames]
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyExistsError(f"{folder} is not empty; give a new folder, nothing is ever replaced")
    is_new = not folder.exists()
    try:
        for done, (source, target) in enumerate(zip(sources, targets, strict=True), start=1):
            _put(source, target, link=link)
            if progress:
                progress(done, len(sources))
    except BaseException:
        _empty(folder, targets, keep=not is_new)
        raise
    return targets


def _put(source: Path, target: Path, *, link: bool) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if link:
            target.symlink_to(source)
        else:
            shutil.copyfile(source, target)
    except OSError as error:
        raise InvalidInputError(f"{target} cannot be written: {error.strerror}; choose another folder") from error


def _empty(folder: Path, targets: Sequence[Path], *, keep: bool) -> None:
    for target in targets:
        with suppress(NotADirectoryError):
            target.unlink(missing_ok=True)
    inside = {parent for target in targets for parent in target.relative_to(folder).parents}
    for part in sorted(inside, key=lambda part: len(part.parts), reverse=True):
        if (folder / part).is_dir() and not (keep and part == Path()):
            with suppress(OSError):  # somebody has put a file there meanwhile
                (folder / part).rmdir()
