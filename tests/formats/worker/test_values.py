from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from al_core.formats import READERS, Missing, ReadingChoices, read_predictions
from al_core.formats.files.envelope import unwrapped
from al_core.formats.files.npy import read_npy
from al_core.formats.files.reader import choose
from al_core.formats.predictions.maps import Map, Maps
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.worker.values import Decoder, Encoder
from al_core.utils import ObjectDetectionBatch
from tests.formats.test_fuzz import EXAMPLES, FORMATS


def sent(value: Any, folder: Path) -> Any:
    encoder = Encoder(folder)
    content = orjson.loads(orjson.dumps(encoder.encode(value)))

    def read_map(image: int) -> Map:
        assert encoder.maps is not None
        return encoder.maps[image]

    def read_objects(image: int) -> list[ObjectMask]:
        assert encoder.maps is not None
        assert encoder.maps.read_objects is not None
        return encoder.maps.read_objects(image)

    return Decoder(folder, read_map, read_objects).decode(content)


def assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, ObjectDetectionBatch):
        assert_same(one.n_boxes, other.n_boxes)
        for name in ("corners", "object_probabilities", "scores", "labels", "class_probabilities"):
            assert_same(getattr(one.objects, name), getattr(other.objects, name))
    elif isinstance(one, list | tuple | Maps):
        assert len(one) == len(other)
        for entry, counterpart in zip(one, other, strict=True):
            assert_same(entry, counterpart)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        assert_same(list(one.values()), list(other.values()))
    elif is_dataclass(one):
        assert_same([getattr(one, f.name) for f in fields(one)], [getattr(other, f.name) for f in fields(other)])
    else:
        assert one == other


@pytest.mark.parametrize(("kind", "name", "example"), FORMATS, ids=[example for _, _, example in FORMATS])
def test_what_every_reader_returns_arrives_as_it_was(tmp_path: Path, kind: str, name: str, example: str) -> None:
    with unwrapped(EXAMPLES / example) as path:
        value = READERS[kind][name].read(path)
        assert choose(path, READERS[kind]).name == name
        assert_same(value, sent(value, tmp_path))


def test_choices_arrive_as_they_were(tmp_path: Path) -> None:
    choices = ReadingChoices("csv", True, False, Missing.EMPTY, {"fold": "ignored"}, Path("images"))
    arrived = sent(choices, tmp_path)
    assert arrived == choices
    assert arrived.missing is Missing.EMPTY


def test_a_mapped_file_is_mapped_again_and_not_copied(tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    for order in ("C", "F"):
        np.save(tmp_path / "a.npy", np.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.float32, order=order))
        array = read_npy(tmp_path / "a.npy")
        assert sent(array, tmp_path / "sent").tolist() == [[1, 2, 3], [4, 5, 6]]
    assert list((tmp_path / "sent").iterdir()) == []


def test_a_large_array_outlives_its_file_and_can_be_changed(tmp_path: Path) -> None:
    array = sent(np.arange(300_000), tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    array[0] = 7
    assert array[[0, -1]].tolist() == [7, 299_999]


def test_nothing_is_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        Encoder(tmp_path).encode(np.array([object()]))
    with pytest.raises(TypeError, match="a reader returned set, which a worker cannot send"):
        Encoder(tmp_path).encode({1})


def test_maps_stay_where_they_are_until_they_are_asked_for(tmp_path: Path) -> None:
    predictions = read_predictions(EXAMPLES / "predictions" / "maps.npz")
    encoder = Encoder(tmp_path)
    encoder.encode(predictions)
    assert encoder.maps is predictions.outputs
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [0.1, float("inf"), float("nan")])
def test_every_number_arrives(number: float, tmp_path: Path) -> None:
    np.testing.assert_equal(sent([number], tmp_path), [number])
