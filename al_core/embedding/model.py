"""Models that turn images into embeddings, each named by one option."""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Embeddings

BUILT_IN = "efficientnet-lite0"
BUILT_IN_FILE = Path(__file__).resolve().parents[1] / "models" / "efficientnet_lite0.onnx"

EmbeddingFunction: TypeAlias = Callable[[NDArray[np.uint8]], Embeddings]
"""From uint8 RGB images (n, size, size, 3) to embeddings (n, D); called from several threads at once."""


@dataclass(frozen=True)
class Preprocessing:
    """What happens to an image between its file and the network.

    Attributes:
        size: Side of the square that the network takes, in pixels.
        mean: Subtracted from the channels, which are scaled to 0..1 before.
        std: Divides the channels after that. Both are None where the network scales pixels itself.
        crop: Side of the middle square that is kept, as a share of the image's shorter side.
        resampling: How it is reduced: bicubic or bilinear.
    """

    size: int = 224
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    crop: float = 1.0
    resampling: str = "bicubic"

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return uint8 images (n, size, size, 3) as the network's input (n, 3, size, size)."""
        mean, std = np.asarray(self.mean, np.float32), np.asarray(self.std, np.float32)
        scaled = (images.astype(np.float32) / 255 - mean) / std
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


@dataclass(frozen=True)
class EmbeddingModel:
    """A model, ready to run.

    Attributes:
        name: As it was asked for.
        digest: SHA-256 of its weights; None for a Python function, whose weights are not seen.
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
        """What is recorded with each embedding that the model makes."""
        return {
            "model": self.name,
            "model_digest": self.digest,
            "preprocessing": asdict(self.preprocessing),
            "runtime": self.runtime,
        }


def load_model(model: "str | Path | EmbeddingModel | EmbeddingFunction" = BUILT_IN) -> EmbeddingModel:
    """Return the model that an option names.

    Args:
        model: `efficientnet-lite0` (comes along), the path of an ONNX file, `timm:NAME`, `torchvision:NAME`,
            `open_clip:NAME/WEIGHTS`, `python:MODULE:FUNCTION`, or such a function itself.

    Raises:
        InvalidInputError: If there is no such model, or the package that has it is not installed.
    """
    from al_core.embedding.onnx_model import load_onnx

    if isinstance(model, EmbeddingModel):
        return model
    if not isinstance(model, str | Path):
        return from_function(model)
    kind, _, name = str(model).partition(":")
    if kind in LOADERS and name:
        return LOADERS[kind](name)
    if str(model) == BUILT_IN:
        return load_onnx(BUILT_IN_FILE, name=BUILT_IN)
    if Path(model).suffix.lower() == ".onnx":
        return load_onnx(Path(model).expanduser(), name=Path(model).name)
    raise InvalidInputError(
        f"there is no model '{model}'; give {BUILT_IN}, a file that ends in .onnx, "
        f"or {', '.join(f'{known}:NAME' for known in LOADERS)}"
    )


def from_function(function: EmbeddingFunction) -> EmbeddingModel:
    """Return a Python function as a model; it gets images of 224 × 224 pixels, 32 at a time."""
    name = f"python:{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}"
    return EmbeddingModel(name, None, Preprocessing(), function, "Python", batch_size=32)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_python(name: str) -> EmbeddingModel:
    module_name, _, function_name = name.partition(":")
    try:
        return from_function(getattr(importlib.import_module(module_name), function_name))
    except (ImportError, AttributeError) as error:
        raise InvalidInputError(f"python:{name} cannot be loaded ({error}); give python:MODULE:FUNCTION") from error


def _load_torch(library: str) -> Callable[[str], EmbeddingModel]:
    def load(name: str) -> EmbeddingModel:
        from al_core.embedding import torch_model

        return torch_model.load_torch(library, name)

    return load


LOADERS: dict[str, Callable[[str], EmbeddingModel]] = {
    "timm": _load_torch("timm"),
    "torchvision": _load_torch("torchvision"),
    "open_clip": _load_torch("open_clip"),
    "python": _load_python,
}
"""The kinds of model besides ONNX, by the word before the colon."""
