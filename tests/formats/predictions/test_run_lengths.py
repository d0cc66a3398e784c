import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.predictions.run_lengths import unpacked_run_lengths

LEFT = [0, 4, 4]  # the left half of 2 × 4 pixels, column by column


def results(tmp_path: Path, *entries: dict[str, object]) -> Path:
    full = [{"image_id": "a.png", "category_id": 1, "score": 0.5} | entry for entry in entries]
    (tmp_path / "masks.json").write_text(json.dumps(full))
    return tmp_path / "masks.json"


def mask(counts: object, size: object = (2, 4)) -> dict[str, object]:
    return {"segmentation": {"size": size, "counts": counts}}


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 1)))
def test_packed_run_lengths_are_those_of_pycocotools(pixels: NDArray[np.uint8]) -> None:
    packed = coco_mask.encode(np.asfortranarray(pixels))["counts"].decode()
    runs = unpacked_run_lengths("a mask", packed)
    np.testing.assert_array_equal(np.repeat(np.arange(len(runs)) % 2, runs), pixels.ravel(order="F"))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"segmentation": [[0, 0, 1, 1, 2, 0]]}, "expected a 'segmentation' of 'size' and 'counts'; encode polygons"),
        (mask([4, 4], [2, -4]), "the mask has 8 pixels, the image 2 × -4"),
        (mask([4, 5]), "the mask has 9 pixels, the image 2 × 4"),
        (mask([4, -4]), "a list of run lengths from 0"),
        (mask(""), "the 'counts' of a mask are damaged"),
        (mask("\n"), "the 'counts' of a mask are damaged"),
        (mask("oooooooooo0"), "the 'counts' of a mask are damaged"),
        (mask("4o"), "the 'counts' of a mask are damaged"),
        (mask("ooooo?"), "damaged or add up to over 67,108,864 pixels"),
        (mask([10**12]), "1,000,000,000,000 pixels"),
    ],
)
def test_a_bad_mask_is_refused_with_its_entry(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    predictions = read_predictions(results(tmp_path, mask(LEFT), entry))
    with pytest.raises(FileFormatError, match=rf"masks\.json, entry 1 counting from 0: .*{message}"):
        predictions.take(np.arange(1))
