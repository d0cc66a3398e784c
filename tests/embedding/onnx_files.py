"""Small ONNX models whose embeddings can be worked out by hand."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper


def write_mean_color(
    path: Path,
    *,
    element_type: int = TensorProto.FLOAT,
    shape: tuple[str | int | None, ...] = ("n", 3, 8, 8),
    keep_positions: bool = False,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a model whose embedding is the mean of each channel of its input; uint8 input is channels last."""
    is_bytes = element_type == TensorProto.UINT8
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["features"], axes=[1, 2] if is_bytes else [2, 3], keepdims=0),
    ]
    if keep_positions:
        nodes = [helper.make_node("Identity", ["images"], ["features"])]
    output = helper.make_tensor_value_info("features", TensorProto.FLOAT, None)
    graph = helper.make_graph(
        nodes, "mean_color", [helper.make_tensor_value_info("images", element_type, shape)], [output]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path
