import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from al_core.embedding.model import EmbeddingModel, Preprocessing, file_digest
from al_core.exceptions import FileFormatError, NotFoundError
from al_core.types import Embeddings

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
DEFAULT_SIZE = 224


def load_onnx(path: Path, *, name: str) -> EmbeddingModel:
    """Return an ONNX file as a model; it runs on a GPU where onnxruntime finds one.

    The file has one input, either uint8 images (n, size, size, 3) or float32 ones (n, 3, size, size). Float ones are
    scaled by the mean and deviation of ImageNet unless the file's metadata has others:
    `{"al_core": '{"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}'}`. The embedding is the output named `features` or
    `embedding`, otherwise the first one; a map of features (n, D, h, w) is averaged over its positions.

    Raises:
        NotFoundError: If there is no such file.
        FileFormatError: If onnxruntime cannot load it, or it takes something other than images.
    """
    if not path.is_file():
        raise NotFoundError(f"there is no file {path}; give the path of an ONNX file")
    session = _open_session(path)
    takes_bytes, preprocessing = _read_input(session, path.name)
    names = [output.name for output in session.get_outputs()]
    output_name = next((name for name in ("features", "embedding") if name in names), names[0])
    input_name = session.get_inputs()[0].name

    def run(images: NDArray[np.uint8]) -> Embeddings:
        values = images if takes_bytes else preprocessing.apply(images)
        output: NDArray[Any] = session.run([output_name], {input_name: values})[0]
        return output.mean((2, 3)) if output.ndim == 4 else output

    device = session.get_providers()[0]
    runtime = f"onnxruntime {onnxruntime.__version__}, {device}"
    # On a CPU single images, one to a thread, are faster than batches: what the layers pass on stays in the cache.
    has_free_batch = not isinstance(session.get_inputs()[0].shape[0], int)
    batch_size = 32 if has_free_batch and device != "CPUExecutionProvider" else 1
    return EmbeddingModel(name, file_digest(path), preprocessing, run, runtime, batch_size)


def _open_session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # images are spread over the cores, not the layers of one image
    options.log_severity_level = 4
    wanted = ("CUDAExecutionProvider", "ROCMExecutionProvider", "CPUExecutionProvider")
    providers = [name for name in wanted if name in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    # onnxruntime's own errors share no base but RuntimeError's parent.
    except Exception as error:
        raise FileFormatError(f"{path.name} cannot be loaded as an ONNX model: {error}") from error


def _read_input(session: Any, file_name: str) -> tuple[bool, Preprocessing]:
    """Return whether the model takes uint8 images, and what it expects."""
    inputs = session.get_inputs()
    first = inputs[0]
    shape = list(first.shape)
    takes_bytes, takes_floats = first.type == "tensor(uint8)", first.type == "tensor(float)"
    channel = 3 if takes_bytes else 1
    is_image = len(inputs) == 1 and len(shape) == 4 and shape[channel] in (3, None, "channels", "c")
    batch = shape[0] if shape else None
    if not (is_image and (takes_bytes or takes_floats)) or (isinstance(batch, int) and batch != 1):
        raise FileFormatError(
            f"{file_name} takes {', '.join(f'{one.name} {one.type} {one.shape}' for one in inputs)}; expected one "
            "input of images, uint8 (n, size, size, 3) or float (n, 3, size, size), with a free n"
        )
    side = shape[1] if takes_bytes else shape[2]
    size = side if isinstance(side, int) else DEFAULT_SIZE
    if takes_bytes:
        return True, Preprocessing(size)
    facts = json.loads(session.get_modelmeta().custom_metadata_map.get("al_core", "{}"))
    mean, std = facts.get("mean", IMAGENET_MEAN), facts.get("std", IMAGENET_STD)
    return False, Preprocessing(size, tuple(mean), tuple(std))
