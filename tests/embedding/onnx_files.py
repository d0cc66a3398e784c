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


def write_external(path: Path, location: str, *, nested: bool) -> Path:
    """Write a model that adds three weights to the mean color; they lie in another file.

    Args:
        path: Of the model.
        location: Of the weights, as the model names it.
        nested: Whether the weights are a constant inside a node in place of an initializer of the graph.
    """
    weights = TensorProto(name="weights", data_type=TensorProto.FLOAT, dims=[3], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", "0"), ("length", "12")):
        weights.external_data.add(key=key, value=value)
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Identity", ["mean"], ["plain"]),
        helper.make_node("Sub", ["mean", "plain"], ["zero"]),
        helper.make_node("Add", ["zero", "weights"], ["features"]),
    ]
    if nested:
        nodes.insert(0, helper.make_node("Constant", [], ["weights"], value=weights))
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ("n", 3, 8, 8))
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "external", [images], [features], [] if nested else [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    # Not onnx.save, which checks such locations itself.
    path.write_bytes(model.SerializeToString())
    return path
