import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from al_core.embedding.model import EmbeddingModel, Preprocessing
from al_core.exceptions import FileFormatError, NotFoundError
from al_core.formats.files.digest import file_digest
from al_core.types import Embeddings

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
DEFAULT_SIZE = 224
"""Side of the input in pixels where the file leaves it open."""

GPU_BATCH_SIZE = 32
EMBEDDING_OUTPUTS = ("features", "embedding")
PROVIDERS = ("CUDAExecutionProvider", "ROCMExecutionProvider", "CPUExecutionProvider")
CHANNELS = (3, None, "channels", "c")
"""What an input may say of its channels: three, or nothing."""


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
    input_name = session.get_inputs()[0].name
    output_name = _embedding_output([output.name for output in session.get_outputs()])

    def run(images: NDArray[np.uint8]) -> Embeddings:
        values = images if takes_bytes else preprocessing.apply(images)
        output: NDArray[Any] = session.run([output_name], {input_name: values})[0]
        return output.mean((2, 3)) if output.ndim == 4 else output

    runtime = f"onnxruntime {onnxruntime.__version__}, {session.get_providers()[0]}"
    return EmbeddingModel(name, file_digest(path), preprocessing, run, runtime, _batch_size(session))


def _embedding_output(names: list[str]) -> str:
    return next((name for name in EMBEDDING_OUTPUTS if name in names), names[0])


def _batch_size(session: Any) -> int:
    """Return 1 on a CPU: single images, one a thread, are faster, because what layers pass on stays in the cache."""
    has_free_batch = not isinstance(session.get_inputs()[0].shape[0], int)
    is_on_cpu = session.get_providers()[0] == "CPUExecutionProvider"
    return GPU_BATCH_SIZE if has_free_batch and not is_on_cpu else 1


def _open_session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    # Images are spread over the cores, not the layers of one image.
    options.intra_op_num_threads = 1
    # Only fatal errors: what is wrong with a file is said by the exception.
    options.log_severity_level = 4
    providers = [name for name in PROVIDERS if name in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    # The errors of onnxruntime have no base class in common but Exception.
    except Exception as error:
        raise FileFormatError(f"{path.name} cannot be loaded as an ONNX model: {error}") from error


def _read_input(session: Any, file_name: str) -> tuple[bool, Preprocessing]:
    """Return whether the model takes uint8 images, and what it expects."""
    inputs = session.get_inputs()
    shape = list(inputs[0].shape)
    takes_bytes = inputs[0].type == "tensor(uint8)"
    takes_floats = inputs[0].type == "tensor(float)"
    channel_axis = 3 if takes_bytes else 1
    is_image = len(inputs) == 1 and len(shape) == 4 and shape[channel_axis] in CHANNELS
    has_fixed_batch = bool(shape) and isinstance(shape[0], int) and shape[0] != 1
    if not is_image or not (takes_bytes or takes_floats) or has_fixed_batch:
        raise FileFormatError(
            f"{file_name} takes {', '.join(f'{one.name} {one.type} {one.shape}' for one in inputs)}; expected one "
            "input of images, uint8 (n, size, size, 3) or float (n, 3, size, size), with a free n"
        )
    side = shape[1] if takes_bytes else shape[2]
    size = side if isinstance(side, int) else DEFAULT_SIZE
    return takes_bytes, Preprocessing(size) if takes_bytes else _scaled_preprocessing(session, size)


def _scaled_preprocessing(session: Any, size: int) -> Preprocessing:
    scaling = json.loads(session.get_modelmeta().custom_metadata_map.get("al_core", "{}"))
    mean = tuple(scaling.get("mean", IMAGENET_MEAN))
    std = tuple(scaling.get("std", IMAGENET_STD))
    return Preprocessing(size, mean, std)
