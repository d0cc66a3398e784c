import hashlib
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedding.embed import BrokenImage, EmbeddedImage, embed
from al_core.embedding.model import EmbeddingModel
from al_core.exceptions import InvalidInputError
from al_core.store.files import write_atomically
from al_core.types import Progress

ROWS_PER_FILE = 512
SECONDS_PER_FILE = 20.0
METADATA = "metadata/"


@dataclass(frozen=True)
class EmbeddedImages:
    """Everything that was found out about a folder of images.

    Attributes:
        filenames: (N,) of the images that could be read.
        embeddings: (N, D) float32.
        metadata: Columns (N,) float64 by name.
        digests: (N, 16) uint8 of the files' contents.
        broken: The other images.
    """

    filenames: list[str]
    embeddings: NDArray[np.float32]
    metadata: dict[str, NDArray[np.float64]]
    digests: NDArray[np.uint8]
    broken: tuple[BrokenImage, ...]


@contextmanager
def embed_folder(
    folder: Path, filenames: list[str], model: EmbeddingModel, runs: Path, *, progress: Progress | None = None
) -> Iterator[EmbeddedImages]:
    """Embed what no earlier run has finished and yield all of it.

    What is finished stays below `runs` until the block ends without an error.

    Raises:
        InvalidInputError: If none of the images can be read.
    """
    checkpoint = Checkpoint(runs, folder, model)
    broken = _embed_unfinished(checkpoint, folder, filenames, model, progress)
    if len(broken) == len(filenames):
        raise InvalidInputError(f"none of the {len(filenames):,} images in {folder} can be read: {broken[0].reason}")
    yield checkpoint.collect(filenames, broken)
    checkpoint.remove()


def _embed_unfinished(
    checkpoint: "Checkpoint", folder: Path, filenames: list[str], model: EmbeddingModel, progress: Progress | None
) -> list[BrokenImage]:
    broken = []
    unfinished = checkpoint.unfinished(filenames)
    results = embed((folder / name for name in unfinished), model)
    try:
        for done, result in enumerate(results, 1):
            if isinstance(result, BrokenImage):
                broken.append(result)
            else:
                checkpoint.add(result)
            if progress:
                progress(done, len(unfinished))
    finally:
        results.close()
        checkpoint.flush()
    return broken


class Checkpoint:
    """What a run over a folder of images has finished, on disk, so that the next run goes on from there.

    An image counts as finished while its file is unchanged: same size, same time of modification.
    """

    def __init__(self, home: Path, images_dir: Path, model: EmbeddingModel) -> None:
        key = f"{images_dir.resolve()}\n{model.digest or model.name}\n{model.preprocessing}"
        self.folder = home / hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:24]
        self._images_dir = images_dir
        self._new: list[EmbeddedImage] = []
        self._last_write = time.monotonic()

    def unfinished(self, filenames: list[str]) -> list[str]:
        """Return those of `filenames` that are still to do, in their order."""
        finished = {(name, stamp) for part in self._parts() for name, stamp in _names(part)}
        return [name for name in filenames if (name, self._stamp(name)) not in finished]

    def add(self, image: EmbeddedImage) -> None:
        """Keep a finished image; it is on disk within `SECONDS_PER_FILE`."""
        self._new.append(image)
        if len(self._new) >= ROWS_PER_FILE or time.monotonic() - self._last_write > SECONDS_PER_FILE:
            self.flush()

    def flush(self) -> None:
        """Write what has been added since the last time."""
        if self._new:
            part = _columns(self._new, [self._name(image) for image in self._new])
            part["stamps"] = np.array([self._stamp(self._name(image)) for image in self._new])
            path = self.folder / f"{time.time_ns():020d}-{secrets.token_hex(4)}.npz"
            write_atomically(path, lambda file: np.savez(file, allow_pickle=False, **part))
        self._new = []
        self._last_write = time.monotonic()

    def collect(self, filenames: list[str], broken: list[BrokenImage]) -> EmbeddedImages:
        """Return what was found out about those of `filenames` that are finished, in their order."""
        places: dict[str, tuple[Path, int]] = {}
        for part in self._parts():
            places |= {name: (part, index) for index, (name, _) in enumerate(_names(part))}
        found = [name for name in filenames if name in places]
        positions: dict[Path, list[int]] = {}
        for position, name in enumerate(found):
            positions.setdefault(places[name][0], []).append(position)
        collected: dict[str, NDArray[Any]] = {}
        for part, into in positions.items():
            indices = [places[found[position]][1] for position in into]
            for column, values in _read(part).items():
                if column not in collected:
                    collected[column] = np.empty((len(found), *values.shape[1:]), values.dtype)
                collected[column][into] = values[indices]
        metadata = {name.removeprefix(METADATA): collected[name] for name in collected if name.startswith(METADATA)}
        return EmbeddedImages(found, collected["embeddings"], metadata, collected["digests"], tuple(broken))

    def remove(self) -> None:
        """Forget the run, once its dataset is stored."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _parts(self) -> list[Path]:
        return sorted(self.folder.glob("*.npz"))

    def _name(self, image: EmbeddedImage) -> str:
        return image.path.relative_to(self._images_dir).as_posix()

    def _stamp(self, name: str) -> str:
        facts = (self._images_dir / name).stat()
        return f"{facts.st_size}:{facts.st_mtime_ns}"


def _columns(images: list[EmbeddedImage], names: list[str]) -> dict[str, NDArray[Any]]:
    metadata = {f"{METADATA}{name}": [one.image.metadata[name] for one in images] for name in images[0].image.metadata}
    return {
        "names": np.array(names),
        "embeddings": np.stack([one.embedding for one in images]),
        "digests": np.stack([np.frombuffer(one.image.digest, np.uint8) for one in images]),
        **{name: np.array(values) for name, values in metadata.items()},
    }


def _names(part: Path) -> list[tuple[str, str]]:
    with np.load(part, allow_pickle=False) as columns:
        return list(zip(columns["names"].tolist(), columns["stamps"].tolist(), strict=True))


def _read(part: Path) -> dict[str, NDArray[Any]]:
    with np.load(part, allow_pickle=False) as columns:
        return {name: columns[name] for name in columns.files if name not in ("names", "stamps")}
