from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.embedding.images import DecodedImage, decode
from al_core.embedding.model import EmbeddingModel, Preprocessing
from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.images import ImageFile
from al_core.geometry.threads import n_cores

T = TypeVar("T")

IMAGES_PER_TASK = 8
"""Images that a worker takes at a time. Handing over single ones costs 0.5 ms each (docs/decisions/031)."""

TASKS_AHEAD = 4
"""Tasks under way per worker: results keep their order, and one slow image must not hold up the other workers."""


@dataclass(frozen=True)
class EmbeddedImage:
    """An image with its embedding (D,) float32."""

    path: ImageFile
    image: DecodedImage
    embedding: NDArray[np.float32]


@dataclass(frozen=True)
class BrokenImage:
    """An image without an embedding; `reason` is a sentence."""

    path: ImageFile
    reason: str


def embed(
    paths: Iterable[ImageFile], model: EmbeddingModel, *, workers: int | None = None
) -> Generator[EmbeddedImage | BrokenImage]:
    """Yield each image with its embedding, or why it has none, in the order of `paths`.

    Each worker decodes some images and runs the model on them, so that decoding and model share all cores without
    waiting for each other. Closing the generator stops the work.

    Args:
        paths: Image files.
        model: From `load_model`.
        workers: Number of threads; by default one per core that this process may use.

    Raises:
        InvalidInputError: If the model does not return one embedding per image.
    """
    n_workers = workers or n_cores()
    tasks = _batches(paths, max(IMAGES_PER_TASK, model.batch_size))
    executor = ThreadPoolExecutor(n_workers, thread_name_prefix="embed")
    pending: deque[Future[list[EmbeddedImage | BrokenImage]]] = deque()
    try:
        while True:
            n_free = n_workers * TASKS_AHEAD - len(pending)
            pending.extend(executor.submit(_embed_task, task, model) for task in islice(tasks, n_free))
            if not pending:
                return
            yield from pending.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    # itertools.batched needs Python 3.12.
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _embed_task(paths: list[ImageFile], model: EmbeddingModel) -> list[EmbeddedImage | BrokenImage]:
    decoded = [_decode_or_explain(path, model.preprocessing) for path in paths]
    images = [image for image in decoded if isinstance(image, DecodedImage)]
    embeddings = (row for batch in _batches(images, model.batch_size) for row in _run(model, batch))
    return [
        image if isinstance(image, BrokenImage) else _embedded(path, image, next(embeddings))
        for path, image in zip(paths, decoded, strict=True)
    ]


def _decode_or_explain(path: ImageFile, preprocessing: Preprocessing) -> DecodedImage | BrokenImage:
    try:
        return decode(path, preprocessing.size, crop=preprocessing.crop, resampling=preprocessing.resampling)
    except FileFormatError as error:
        return BrokenImage(path, str(error))


def _run(model: EmbeddingModel, images: list[DecodedImage]) -> NDArray[np.float32]:
    embeddings = np.asarray(model.run(np.stack([image.pixels for image in images])), np.float32)
    if embeddings.ndim != 2 or len(embeddings) != len(images):
        raise InvalidInputError(
            f"model {model.name} returned shape {embeddings.shape} for {len(images)} images; "
            f"return one row of numbers per image: ({len(images)}, D)"
        )
    return embeddings


def _embedded(path: ImageFile, image: DecodedImage, embedding: NDArray[np.float32]) -> EmbeddedImage | BrokenImage:
    if not np.isfinite(embedding).all():
        return BrokenImage(path, f"the model returned NaN or infinite values for {path.name}")
    return EmbeddedImage(path, image, embedding)
