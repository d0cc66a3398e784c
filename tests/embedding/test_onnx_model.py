from pathlib import Path

import numpy as np
import onnx
import pytest

from al_core.embedding import load_model
from al_core.exceptions import FileFormatError, NotFoundError
from tests.embedding.onnx_files import write_external, write_mean_color

GRAY = np.full((1, 8, 8, 3), 51, np.uint8)
HALF = '{"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}'


def test_float_input_is_scaled_by_imagenet(tmp_path: Path) -> None:
    model = load_model(write_mean_color(tmp_path / "m.onnx"))
    expected = [(0.2 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (0.2 - 0.406) / 0.225]
    assert model.run(GRAY)[0].tolist() == pytest.approx(expected, abs=1e-5)


def test_the_file_can_name_its_own_scaling(tmp_path: Path) -> None:
    model = load_model(write_mean_color(tmp_path / "m.onnx", metadata={"al_core": HALF}))
    assert model.run(GRAY)[0].tolist() == pytest.approx([-0.6] * 3, abs=1e-6)
    assert model.facts["preprocessing"]["mean"] == (0.5, 0.5, 0.5)


def test_byte_input_is_passed_unchanged(tmp_path: Path) -> None:
    path = write_mean_color(tmp_path / "m.onnx", element_type=onnx.TensorProto.UINT8, shape=("n", 8, 8, 3))
    assert load_model(str(path)).run(GRAY)[0].tolist() == [51.0, 51.0, 51.0]


def test_a_map_of_features_is_averaged_over_its_positions(tmp_path: Path) -> None:
    model = load_model(write_mean_color(tmp_path / "m.onnx", keep_positions=True, metadata={"al_core": HALF}))
    assert model.run(GRAY).shape == (1, 3)


def test_the_size_is_that_of_the_input(tmp_path: Path) -> None:
    assert load_model(write_mean_color(tmp_path / "m.onnx")).preprocessing.size == 8


def test_a_free_size_is_224(tmp_path: Path) -> None:
    path = write_mean_color(tmp_path / "m.onnx", shape=("n", 3, "height", "width"))
    assert load_model(path).preprocessing.size == 224


@pytest.mark.parametrize("shape", [(8, 3, 8, 8), ("n", 4, 8, 8), ("n", 10)])
def test_input_that_is_not_an_image_is_described(tmp_path: Path, shape: tuple[str | int | None, ...]) -> None:
    path = write_mean_color(tmp_path / "m.onnx", shape=shape, keep_positions=True)
    with pytest.raises(FileFormatError, match=r"m\.onnx takes images tensor\(float\).*expected one input of images"):
        load_model(path)


def test_a_file_that_is_not_onnx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_text("hello")
    with pytest.raises(FileFormatError, match=r"m\.onnx cannot be loaded as an ONNX model"):
        load_model(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"there is no file .*m\.onnx"):
        load_model(tmp_path / "m.onnx")


@pytest.mark.parametrize("nested", [False, True], ids=["initializer", "constant"])
@pytest.mark.parametrize("location", ["weights.bin", "./weights.bin"])
def test_weights_may_lie_in_another_file_of_the_same_folder(tmp_path: Path, location: str, nested: bool) -> None:
    np.array([1, 2, 3], np.float32).tofile(tmp_path / "weights.bin")
    model = load_model(write_external(tmp_path / "m.onnx", location, nested=nested))
    assert model.run(np.zeros_like(GRAY))[0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("nested", [False, True], ids=["initializer", "constant"])
@pytest.mark.parametrize("location", ["../secret.bin", "{outside}", "link.bin", "folder/../../secret.bin"])
def test_no_weights_are_read_from_elsewhere(tmp_path: Path, location: str, nested: bool) -> None:
    outside = tmp_path / "secret.bin"
    np.array([7, 8, 9], np.float32).tofile(outside)
    folder = tmp_path / "models"
    (folder / "folder").mkdir(parents=True)
    (folder / "link.bin").symlink_to(outside)
    path = write_external(folder / "m.onnx", location.format(outside=outside), nested=nested)
    with pytest.raises(FileFormatError, match=r"External data path|Absolute path not allowed"):
        load_model(path)
