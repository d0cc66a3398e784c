"""Models by name: the one option with which the dashboard, the command line and Python choose a model."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from al_core.embedding.model import EmbeddingFunction, EmbeddingModel, Preprocessing
from al_core.exceptions import InvalidInputError

ModelOption: TypeAlias = str | Path | EmbeddingModel | EmbeddingFunction
"""What names a model, see `load_model`."""

BUILT_IN = "efficientnet-lite0"
BUILT_IN_FILE = Path(__file__).resolve().parents[1] / "models" / "efficientnet_lite0.onnx"


def load_model(model: ModelOption = BUILT_IN) -> EmbeddingModel:
    """Return the model that an option names.

    Args:
        model: `efficientnet-lite0` (bundled), the path of an ONNX file, `timm:NAME`, `torchvision:NAME`,
            `open_clip:NAME/WEIGHTS`, `python:MODULE:FUNCTION`, or such a function itself.

    Raises:
        InvalidInputError: If there is no such model.
        MissingInputError: If the package that has it is not installed.
        NotFoundError: If there is no such ONNX file.
        FileFormatError: If the file is not an ONNX model of images.
    """
    if isinstance(model, EmbeddingModel):
        return model
    if not isinstance(model, str | Path):
        return from_function(model)
    library, _, name = str(model).partition(":")
    # A path of Windows has a colon too, behind the letter of its drive.
    if library in LOADERS and name:
        return LOADERS[library](name)
    if str(model) == BUILT_IN:
        return _load_onnx(BUILT_IN_FILE, BUILT_IN)
    path = Path(model).expanduser()
    if path.suffix.lower() == ".onnx":
        return _load_onnx(path, path.name)
    raise InvalidInputError(
        f"there is no model '{model}'; give {BUILT_IN}, a file that ends in .onnx, "
        f"or {', '.join(f'{library}:NAME' for library in LOADERS)}"
    )


def from_function(function: EmbeddingFunction) -> EmbeddingModel:
    """Return a Python function as a model; it gets images of 224 × 224 pixels, 32 at a time."""
    name = f"python:{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}"
    return EmbeddingModel(name, None, Preprocessing(), function, "Python", batch_size=32)


def _load_onnx(path: Path, name: str) -> EmbeddingModel:
    from al_core.embedding.onnx_model import load_onnx

    return load_onnx(path, name=name)


def _load_python(name: str) -> EmbeddingModel:
    module_name, _, function_name = name.partition(":")
    try:
        return from_function(getattr(importlib.import_module(module_name), function_name))
    # Of an empty module or one with dots first `import_module` raises the last two.
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise InvalidInputError(f"python:{name} cannot be loaded ({error}); give python:MODULE:FUNCTION") from error


def _load_torch(library: str) -> Callable[[str], EmbeddingModel]:
    def load(name: str) -> EmbeddingModel:
        from al_core.embedding.torch_model import load_torch

        return load_torch(library, name)

    return load


LOADERS: dict[str, Callable[[str], EmbeddingModel]] = {
    "timm": _load_torch("timm"),
    "torchvision": _load_torch("torchvision"),
    "open_clip": _load_torch("open_clip"),
    "python": _load_python,
}
"""What loads a model that is not an ONNX file, by the word before the colon."""
