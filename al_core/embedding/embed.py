from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.embedding.images import DecodedImage, decode
from al_core.embedding.model import EmbeddingModel, Preprocessing
from al_core.embedding.sources import ImageSource
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


Embedder: TypeAlias = Callable[
    [ImageSource, Sequence[str], EmbeddingModel, Callable[[], None]], Generator[EmbeddedImage | BrokenImage]
]
"""Yields each of some images of a source, embedded by a model, in order; what it calls meanwhile may raise to stop."""


def embed_here(
    source: ImageSource, filenames: Sequence[str], model: EmbeddingModel, tick: Callable[[], None]
) -> Generator[EmbeddedImage | BrokenImage]:
    """Yield images embedded in this process; whoever asks can stop between two of them, so `tick` is not called."""
    return embed((source.file(name) for name in filenames), model)


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
    tasks = batches(paths, images_per_task(model))
    executor = ThreadPoolExecutor(n_workers, thread_name_prefix="embed")
    pending: deque[Future[list[EmbeddedImage | BrokenImage]]] = deque()
    try:
        while True:
            n_free = n_workers * TASKS_AHEAD - len(pending)
            pending.extend(executor.submit(embed_batch, task, model) for task in islice(tasks, n_free))
            if not pending:
                return
            yield from pending.popleft().result()
    # Closing the generator ends up here too: tasks that wait are dropped, those that run are awaited.
    finally:
        executor.shutdown(cancel_futures=True)


def images_per_task(model: EmbeddingModel) -> int:
    """Return how many images a thread takes at a time."""
    return max(IMAGES_PER_TASK, model.batch_size)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items in lists of `size`, the last of which may be shorter."""
    # itertools.batched needs Python 3.12.
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def embed_batch(paths: list[ImageFile], model: EmbeddingModel) -> list[EmbeddedImage | BrokenImage]:
    """Return each of a few images with its embedding, or why it has none, in order; on one thread."""
    decoded = [_decode_or_explain(path, model.preprocessing) for path in paths]
    images = [image for image in decoded if isinstance(image, DecodedImage)]
    embeddings = (row for batch in batches(images, model.batch_size) for row in _run(model, batch))
    # A row is drawn only for an image that was decoded: broken ones have none.
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
