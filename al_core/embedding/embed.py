from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.embedding.images import DecodedImage, decode
from al_core.embedding.model import EmbeddingModel
from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.threads import n_cores

BATCHES_AHEAD = 8
"""Batches under way for each worker: one slow image does not hold up the others."""


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

    Each worker decodes a batch and runs the model on it, so that decoding and model share all cores without waiting
    for each other. Closing the generator stops the work.

    Args:
        paths: Image files.
        model: From `load_model`.
        workers: Threads; by default one for each core that this process may use.

    Raises:
        InvalidInputError: If the model does not give one embedding per image.
    """
    batches = _batches(iter(paths), model.batch_size)
    workers = workers or n_cores()
    executor = ThreadPoolExecutor(workers, thread_name_prefix="embed")
    pending: deque[Future[list[EmbeddedImage | BrokenImage]]] = deque()
    try:
        while True:
            wanted = workers * BATCHES_AHEAD - len(pending)
            pending.extend(executor.submit(_embed_batch, batch, model) for batch in islice(batches, wanted))
            if not pending:
                return
            yield from pending.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)


def _batches(paths: Iterator[Path], size: int) -> Iterator[list[Path]]:
    while batch := list(islice(paths, size)):
        yield batch


def _embed_batch(paths: list[Path], model: EmbeddingModel) -> list[EmbeddedImage | BrokenImage]:
    decoded = [_decode_or_explain(path, model.preprocessing.size) for path in paths]
    images = [image for image in decoded if isinstance(image, DecodedImage)]
    embeddings = iter(_run(model, images) if images else ())
    return [
        BrokenImage(path, image) if isinstance(image, str) else _embedded(path, image, next(embeddings))
        for path, image in zip(paths, decoded, strict=True)
    ]


def _decode_or_explain(path: Path, size: int) -> DecodedImage | str:
    try:
        return decode(path, size)
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
