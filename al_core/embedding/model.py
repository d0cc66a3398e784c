"""What a model that turns images into embeddings is."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.types import Embeddings

EmbeddingFunction: TypeAlias = Callable[[NDArray[np.uint8]], Embeddings]
"""From uint8 RGB images (n, size, size, 3) to embeddings (n, D); called from several threads at once."""


@dataclass(frozen=True)
class Preprocessing:
    """What happens to an image between its file and the network.

    Attributes:
        size: Side of the square that the network takes, in pixels.
        mean: Subtracted from the channels, which are scaled to 0..1 before.
        std: Divides the channels after that. Both are None where the network scales pixels itself.
        crop: Side of the middle square that the network sees, as a share of the image's shorter side.
        resampling: The filter that reduces it: the name of one of Pillow's in lower case, such as bicubic or bilinear.
    """

    size: int = 224
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    crop: float = 1.0
    resampling: str = "bicubic"

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return uint8 images (n, size, size, 3) as the network's input (n, 3, size, size)."""
        mean = np.asarray(self.mean, np.float32)
        std = np.asarray(self.std, np.float32)
        scaled = (images.astype(np.float32) / 255 - mean) / std
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


@dataclass(frozen=True)
class EmbeddingModel:
    """A model, ready to run.

    Attributes:
        name: The option that named it.
        digest: SHA-256 of its weights; None for a Python function, whose weights are out of sight.
        preprocessing: What it expects.
        run: The model itself.
        runtime: What runs it, with version and device.
        batch_size: How many images it takes at once.
    """

    name: str
    digest: str | None
    preprocessing: Preprocessing
    run: EmbeddingFunction
    runtime: str
    batch_size: int = 1

    @property
    def facts(self) -> dict[str, Any]:
        """What is recorded with each embedding of the model."""
        return {
            "model": self.name,
            "model_digest": self.digest,
            "preprocessing": asdict(self.preprocessing),
            "runtime": self.runtime,
        }
