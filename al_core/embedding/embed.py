from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedding.images import DecodedImage, decode
from al_core.embedding.model import EmbeddingModel, Preprocessing
from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.geometry.threads import n_cores

IMAGES_PER_TASK = 8
"""How many images a worker takes at a time: handing over single ones costs half a millisecond each."""

TASKS_AHEAD = 4
"""Tasks under way for each worker: one slow image does not hold up the others."""


@dataclass(frozen=True)
class EmbeddedImage:
    """An image with its embedding (D,) float32."""

    path: Path
    image: DecodedImage
    embedding: NDArray[np.float32]


@dataclass(frozen=True)
class BrokenImage:
    """An image that has no embedding, and why, as a sentence."""

    path: Path
    reason: str


def embed(
    paths: Iterable[Path], model: EmbeddingModel, *, workers: int | None = None
) -> Generator[EmbeddedImage | BrokenImage]:
    """Yield each image with its embedding, in the order of `paths`; broken files are named and passed over.

    Each worker decodes some images and runs the model on them, so that decoding and model share all cores without
    waiting for each other. Closing the generator stops the work.

    Args:
        paths: Image files.
        model: From `load_model`.
        workers: Threads; by default one for each core that this process may use.

    Raises:
        InvalidInputError: If the model does not give one embedding per image.
    """
    tasks = _parts(iter(paths), max(IMAGES_PER_TASK, model.batch_size))
    workers = workers or n_cores()
    executor = ThreadPoolExecutor(workers, thread_name_prefix="embed")
    pending: deque[Future[list[EmbeddedImage | BrokenImage]]] = deque()
    try:
        while True:
            wanted = workers * TASKS_AHEAD - len(pending)
            pending.extend(executor.submit(_embed_task, task, model) for task in islice(tasks, wanted))
            if not pending:
                return
            yield from pending.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)


def _parts(paths: Iterator[Path], size: int) -> Iterator[list[Path]]:
    while part := list(islice(paths, size)):
        yield part


def _embed_task(paths: list[Path], model: EmbeddingModel) -> list[EmbeddedImage | BrokenImage]:
    decoded = [_decode_or_explain(path, model.preprocessing) for path in paths]
    images = iter([image for image in decoded if isinstance(image, DecodedImage)])
    batches = iter(lambda: list(islice(images, model.batch_size)), [])
    embeddings = (embedding for batch in batches for embedding in _run(model, batch))
    return [
        BrokenImage(path, image) if isinstance(image, str) else _embedded(path, image, next(embeddings))
        for path, image in zip(paths, decoded, strict=True)
    ]


def _decode_or_explain(path: Path, wanted: Preprocessing) -> DecodedImage | str:
    try:
        return decode(path, wanted.size, crop=wanted.crop, resampling=wanted.resampling)
    except FileFormatError as error:
        return str(error)


def _run(model: EmbeddingModel, images: list[DecodedImage]) -> NDArray[np.float32]:
    embeddings = np.asarray(model.run(np.stack([image.pixels for image in images])), np.float32)
    if embeddings.ndim != 2 or len(embeddings) != len(images):
        raise InvalidInputError(
            f"model {model.name} gave an output of shape {embeddings.shape} for {len(images)} images; "
            f"an embedding is one row of numbers per image: ({len(images)}, D)"
        )
    return embeddings


def _embedded(path: Path, image: DecodedImage, embedding: NDArray[np.float32]) -> EmbeddedImage | BrokenImage:
    if not np.isfinite(embedding).all():
        return BrokenImage(path, f"the model gave NaN or infinite values for {path.name}")
    return EmbeddedImage(path, image, embedding)
