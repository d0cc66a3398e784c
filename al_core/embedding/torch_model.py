"""Models of timm, torchvision and open_clip, which are optional; their weights come from the libraries' hubs."""

import hashlib
import importlib
import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from al_core.embedding.model import EmbeddingModel, Preprocessing
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.types import Embeddings

HINT = (
    "; weights are fetched once from the library's hub and cached: load the model where the hub can be reached and "
    "copy the cache, or give an ONNX file"
)
PACKAGES = {"timm": "timm", "torchvision": "torchvision", "open_clip": "open_clip_torch"}


def load_torch(library: str, name: str) -> EmbeddingModel:
    """Return a pretrained model of a library, without its classifier, on the GPU if there is one.

    Args:
        library: timm, torchvision or open_clip.
        name: As the library calls it; for open_clip with its weights, as in `ViT-B-32/laion2b_s34b_b79k`.

    Raises:
        MissingInputError: If the library is not installed.
        InvalidInputError: If it has no such model, or its weights cannot be fetched.
    """
    torch = _import("torch", library)
    package = _import(library, library)
    try:
        network, forward, preprocessing = BUILDERS[library](package, torch, name)
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        # open_clip wraps the error of a download in a RuntimeError.
        is_fetching = isinstance(error, OSError) or "download" in str(error)
        raise InvalidInputError(f"{library} cannot load '{name}': {error}{HINT if is_fetching else ''}") from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device).eval()

    def run(images: NDArray[np.uint8]) -> Embeddings:
        with torch.inference_mode():
            features = forward(torch.from_numpy(preprocessing.apply(images)).to(device))
        embeddings: Embeddings = features.flatten(1).float().cpu().numpy()
        return embeddings

    runtime = f"torch {torch.__version__}, {library} {package.__version__}, {device}"
    return EmbeddingModel(f"{library}:{name}", _weights_digest(network), preprocessing, run, runtime, batch_size=32)


def _import(module: str, library: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingInputError(
            f"{library}:NAME needs the package {PACKAGES.get(module, module)}, which is not installed; "
            f"run: pip install {PACKAGES[library]}"
        ) from error


def _build_timm(timm: Any, torch: Any, name: str) -> tuple[Any, Callable[[Any], Any], Preprocessing]:
    network = timm.create_model(name, pretrained=True, num_classes=0)
    config = timm.data.resolve_model_data_config(network)
    size = config["input_size"][-1]
    # timm reduces the shorter side to floor(size / crop_pct) pixels and keeps `size` of them.
    crop = size / math.floor(size / config["crop_pct"])
    return network, network, _preprocessing(size, crop, config["mean"], config["std"], config["interpolation"])


def _build_torchvision(torchvision: Any, torch: Any, name: str) -> tuple[Any, Callable[[Any], Any], Preprocessing]:
    network = torchvision.models.get_model(name, weights="DEFAULT")
    transforms = torchvision.models.get_model_weights(name).DEFAULT.transforms()
    # The classifier has another name in each family of networks.
    head = next(attribute for attribute in ("fc", "classifier", "heads", "head") if hasattr(network, attribute))
    setattr(network, head, torch.nn.Identity())
    size = transforms.crop_size[0]
    crop = size / transforms.resize_size[0]
    return network, network, _preprocessing(size, crop, transforms.mean, transforms.std, transforms.interpolation.value)


def _build_open_clip(open_clip: Any, torch: Any, name: str) -> tuple[Any, Callable[[Any], Any], Preprocessing]:
    architecture, _, weights = name.partition("/")
    if not weights:
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)) or "none"
        raise ValueError(f"its weights are missing; give open_clip:{architecture}/WEIGHTS, one of: {tags}")
    # Some weights, OpenAI's among them, were trained with another activation than their architecture says.
    is_quick = bool((open_clip.get_pretrained_cfg(architecture, weights) or {}).get("quick_gelu"))
    network = open_clip.create_model(architecture, pretrained=weights, force_quick_gelu=is_quick)
    config = open_clip.get_model_preprocess_cfg(network)
    size = config["size"] if isinstance(config["size"], int) else config["size"][0]
    preprocessing = _preprocessing(size, 1.0, config["mean"], config["std"], config["interpolation"])
    return network, network.encode_image, preprocessing


def _preprocessing(
    size: int, crop: float, mean: Sequence[float], std: Sequence[float], resampling: str
) -> Preprocessing:
    # timm has "random" for some training recipes.
    is_filter = resampling.upper() in Image.Resampling.__members__
    return Preprocessing(size, tuple(mean), tuple(std), min(crop, 1.0), resampling if is_filter else "bicubic")


def _weights_digest(network: Any) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(os.fsencode(name))
        digest.update(tensor.cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()


BUILDERS = {"timm": _build_timm, "torchvision": _build_torchvision, "open_clip": _build_open_clip}
