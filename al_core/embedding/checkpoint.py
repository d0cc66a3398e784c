import hashlib
import secrets
import shutil
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from al_core.disk import make_folder, write_atomically
from al_core.embedding.embed import BrokenImage, EmbeddedImage, Embedder, embed_here
from al_core.embedding.model import EmbeddingModel
from al_core.embedding.sources import FolderImages, ImageSource
from al_core.exceptions import ALCoreWarning, InvalidInputError
from al_core.formats.files.filename_rules import has_control_characters
from al_core.text import encodable
from al_core.types import Progress

ROWS_PER_FILE = 512
"""Images after which a part is written: 2.6 MB of embeddings of 1,280 numbers."""

SECONDS_PER_TRY = 1.0
"""How long a run waits for another before it reports that it lives, which is also how soon it can be canceled."""

SECONDS_PER_FILE = 20.0
"""Seconds after which a part is written however few images are done: the most work that a killed process loses."""

DAMAGES = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, KeyError)
"""What reading a part raises that a power cut, a full disk or a bad sector has damaged."""

METADATA = "metadata/"
"""Prefix of the metadata columns in a part, so that they cannot clash with the others."""


@dataclass(frozen=True)
class EmbeddedImages:
    """A folder of images, embedded.

    Attributes:
        filenames: N names of the images that could be read.
        embeddings: (N, D) float32.
        metadata: Columns (N,) float64 by name.
        digests: (N, 16) uint8 of the files' contents.
        broken: The images that could not be read, with reasons.
    """

    filenames: list[str]
    embeddings: NDArray[np.float32]
    metadata: dict[str, NDArray[np.float64]]
    digests: NDArray[np.uint8]
    broken: tuple[BrokenImage, ...]


@contextmanager
def embed_folder(  # noqa: PLR0913 - what is embedded, and by keyword how
    folder: Path | ImageSource,
    filenames: list[str],
    model: EmbeddingModel,
    runs: Path,
    *,
    progress: Progress | None = None,
    embedder: Embedder = embed_here,
    check: Callable[[], object] = lambda: None,
) -> Iterator[EmbeddedImages]:
    """Embed the images that no earlier run has finished and yield those of all runs.

    Finished work stays below `runs` until the block ends without an error. Of runs at the same time over one folder by
    one model, each waits for the one before.

    Args:
        folder: Holds the images.
        filenames: Those to embed.
        model: What embeds them.
        runs: The folder for finished work.
        progress: Called with (images done, images to do in this run), and while this run waits, with 0 images done.
        embedder: Where images are embedded, by default in this process.
        check: Raises if there is nothing to embed any more, because the run that was waited for has stored it.

    Raises:
        InvalidInputError: If none of the images can be read.
        WorkspaceError: If the storage they are in cannot be read.
    """
    source = folder if isinstance(folder, ImageSource) else FolderImages(folder)
    checkpoint = Checkpoint(runs, source, model)
    storable = [name for name in filenames if not has_control_characters(name)]
    with checkpoint.alone(lambda: progress(0, len(filenames)) if progress else None):
        check()
        broken = _not_storable(source, filenames)
        broken += _embed_unfinished(checkpoint, source, storable, model, progress, embedder)
        if len(broken) == len(filenames):
            raise InvalidInputError(
                f"none of the {len(filenames):,} images in {source.address} can be read: {broken[0].reason}"
            )
        yield checkpoint.collect(storable, broken)
        checkpoint.remove()


def _not_storable(source: ImageSource, filenames: list[str]) -> list[BrokenImage]:
    """Return the images whose names no dataset can hold or no file of labels can name: on Linux all bytes may occur."""
    broken = []
    for name in filter(has_control_characters, filenames):
        is_utf8 = encodable(name) == name
        reason = f"{name!a} holds control characters" if is_utf8 else f"{encodable(name)} has a name that is not UTF-8"
        broken.append(BrokenImage(source.file(name), f"{reason}; rename the file"))
    return broken


def _embed_unfinished(
    checkpoint: "Checkpoint",
    source: ImageSource,
    filenames: list[str],
    model: EmbeddingModel,
    progress: Progress | None,
    embedder: Embedder,
) -> list[BrokenImage]:
    broken = []
    unfinished = checkpoint.unfinished(filenames)
    done = 0
    # `done` is read at each call, so progress says how many there are by then.
    results = embedder(source, unfinished, model, lambda: progress(done, len(unfinished)) if progress else None)
    try:
        for done, result in enumerate(results, 1):
            if isinstance(result, BrokenImage):
                broken.append(result)
            else:
                checkpoint.add(result)
            if progress:
                progress(done, len(unfinished))
    # A canceled run, too, writes what it has done.
    finally:
        results.close()
        checkpoint.flush()
    return broken


class Checkpoint:
    """The images that runs over a folder have finished, on disk: an interrupted run resumes where it stopped.

    An image counts as finished while its file is unchanged: same size, same time of modification. Each part is an
    `.npz` file of its own, written once; where two name the same image the later one counts. A damaged part counts for
    nothing: its images are embedded again.
    """

    def __init__(self, home: Path, source: ImageSource, model: EmbeddingModel) -> None:
        # Whatever changes embeddings is part of the key: no run continues that of another model.
        key = f"{source.address}\n{model.digest or model.name}\n{model.preprocessing}"
        # The name of a folder may hold bytes that are not UTF-8.
        self.folder = home / hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:24]
        self._source = source
        self._new: list[EmbeddedImage] = []
        self._last_write = time.monotonic()

    @contextmanager
    def alone(self, wait: Callable[[], object]) -> Iterator[None]:
        """Keep other runs away from this work, and wait for one that is at it; `wait` is called every second.

        The system gives the work free however a process ends.
        """
        make_folder(self.folder.parent)
        file = self.folder.with_suffix(".lock")
        # Whichever thread ends a job gives up what it holds.
        lock = FileLock(file, thread_local=False)
        if not _locked(lock, file, 0):
            warnings.warn(
                f"the images in {self._source.address} are being embedded with the same model already; this run waits "
                "until that is done",
                ALCoreWarning,
                stacklevel=2,
            )
            while not _locked(lock, file, SECONDS_PER_TRY):
                wait()
        try:
            yield
        finally:
            # Windows removes no file that is open: there it stays.
            with suppress(PermissionError):
                file.unlink(missing_ok=True)
            lock.release()

    def unfinished(self, filenames: list[str]) -> list[str]:
        """Return those of `filenames` that no run has finished, in their order."""
        self._remove_damaged()
        finished = {(name, stamp) for part in self._parts() for name, stamp in _read_stamps(part)}
        return [name for name in filenames if (name, self._source.stamp(name)) not in finished]

    def add(self, image: EmbeddedImage) -> None:
        """Add a finished image; it is on disk within about `SECONDS_PER_FILE`."""
        self._new.append(image)
        if len(self._new) >= ROWS_PER_FILE or time.monotonic() - self._last_write > SECONDS_PER_FILE:
            self.flush()

    def flush(self) -> None:
        """Write the images added since the last write."""
        if self._new:
            # The name sorts by time; the random end keeps two processes over one folder apart.
            path = self.folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.npz"
            columns = self._columns(self._new)
            # Without `allow_pickle`, which NumPy before 2.2 would store as one more column.
            write_atomically(path, lambda file: np.savez(file, **columns))  # type: ignore[arg-type]
        self._new = []
        self._last_write = time.monotonic()

    def collect(self, filenames: list[str], broken: list[BrokenImage]) -> EmbeddedImages:
        """Return those of `filenames` that are finished, in their order."""
        # A later part overwrites the entry of an earlier one.
        part_of: dict[str, Path] = {}
        index_of: dict[str, int] = {}
        for part in self._parts():
            for index, (name, _) in enumerate(_read_stamps(part)):
                part_of[name] = part
                index_of[name] = index
        finished = [name for name in filenames if name in part_of]
        positions: dict[Path, list[int]] = {}
        for position, name in enumerate(finished):
            positions.setdefault(part_of[name], []).append(position)
        columns: dict[str, NDArray[Any]] = {}
        # Part by part, so that only one is in memory beside the result.
        for part, targets in positions.items():
            sources = [index_of[finished[position]] for position in targets]
            for column, values in _read_columns(part).items():
                if column not in columns:
                    columns[column] = np.empty((len(finished), *values.shape[1:]), values.dtype)
                columns[column][targets] = values[sources]
        metadata = {
            column.removeprefix(METADATA): values for column, values in columns.items() if column.startswith(METADATA)
        }
        return EmbeddedImages(finished, columns["embeddings"], metadata, columns["digests"], tuple(broken))

    def remove(self) -> None:
        """Delete the finished work, once its dataset is stored."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove_damaged(self) -> None:
        for part in self._parts():
            try:
                _check(part)
            except DAMAGES:
                part.unlink(missing_ok=True)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("*.npz"))

    def _columns(self, images: list[EmbeddedImage]) -> dict[str, NDArray[Any]]:
        names = [self._source.filename(one.path) for one in images]
        metadata = {
            f"{METADATA}{name}": np.array([one.image.metadata[name] for one in images])
            for name in images[0].image.metadata
        }
        return {
            "names": np.array(names),
            "stamps": np.array([self._source.stamp(name) for name in names]),
            "embeddings": np.stack([one.embedding for one in images]),
            "digests": np.stack([np.frombuffer(one.image.digest, np.uint8) for one in images]),
            **metadata,
        }


def _locked(lock: FileLock, file: Path, seconds: float) -> bool:
    """Return whether a lock could be taken within some seconds."""
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        return False
    if file.exists():
        return True
    # The run that held it has removed the file: whoever comes next would lock another one.
    lock.release()
    return _locked(lock, file, seconds)


def _check(part: Path) -> None:
    """Raise one of `DAMAGES` unless every column can be read and has a row for each image."""
    n_images = len(_read_stamps(part))
    # Reading compares each column with its checksum.
    for column, values in _read_columns(part).items():
        if len(values) != n_images:
            raise ValueError(f"column '{column}' has {len(values)} rows instead of {n_images}")


def _read_stamps(part: Path) -> list[tuple[str, str]]:
    """Return the name and the stamp of each image in a part."""
    # Opened here, because NumPy would leave a file open that is no archive.
    with part.open("rb") as file, np.load(file, allow_pickle=False) as columns:
        return list(zip(columns["names"].tolist(), columns["stamps"].tolist(), strict=True))


def _read_columns(part: Path) -> dict[str, NDArray[Any]]:
    with part.open("rb") as file, np.load(file, allow_pickle=False) as columns:
        return {name: columns[name] for name in columns.files if name not in ("names", "stamps")}
