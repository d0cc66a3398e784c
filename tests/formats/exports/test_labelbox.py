import base64
import io
import json
from dataclasses import replace

import numpy as np
from PIL import Image

from al_core.formats import ExportChoices, ExportRows
from al_core.formats.exports.labelbox import write_labelbox
from tests.formats.exports.samples import CLASSES, MASKS, SEVERAL, unzipped


def test_labelbox_gets_data_rows_and_pre_annotations_in_pixels(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(rows, max_rows=2))
    assert list(files) == [
        "data-rows-001.ndjson", "data-rows-002.ndjson", "pre-annotations-001.ndjson", "pre-annotations-002.ndjson",
    ]  # fmt: skip
    first = json.loads(files["data-rows-001.ndjson"].splitlines()[0])
    assert first == {
        "row_data": "day/b.png", "global_key": "day/b.png", "external_id": "day/b.png", "media_type": "IMAGE",
    }  # fmt: skip
    found = json.loads(files["pre-annotations-001.ndjson"].splitlines()[0])
    del found["uuid"]
    assert found == {
        "dataRow": {"globalKey": "day/b.png"},
        "name": "it's: a <dog>",
        "confidence": 0.5,
        "bbox": {"top": 50, "left": 50, "height": 50, "width": 100},
    }


def test_labelbox_fetches_images_from_where_they_are(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(replace(rows, choices=ExportChoices(image_prefix="https://host/i"))))
    second = json.loads(files["data-rows-001.ndjson"].splitlines()[1])
    assert (second["row_data"], second["global_key"]) == ("https://host/i/a%20b.png", "a b.png")


def test_labelbox_gets_a_class_as_the_answer_to_a_question(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(replace(rows, annotations=CLASSES)))
    found = json.loads(files["pre-annotations-001.ndjson"].splitlines()[0])
    assert (found["name"], found["answer"]) == ("class", {"name": "dog", "confidence": 0.75})


def test_labelbox_gets_several_classes_as_the_answers_to_a_checklist(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(replace(rows, annotations=SEVERAL)))
    first = json.loads(files["pre-annotations-001.ndjson"].splitlines()[0])
    assert first["answer"] == [{"name": "dog", "confidence": 0.75}, {"name": "cat", "confidence": 0.5}]


def test_labelbox_gets_a_mask_as_an_image_of_the_size_of_the_image(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(replace(rows, annotations=MASKS)))
    first, *others = map(json.loads, files["pre-annotations-001.ndjson"].splitlines())
    assert (first["name"], first["confidence"], len(others)) == ("cat", 0.75, 2)
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(first["mask"]["png"]))))
    assert pixels.shape == (100, 200)
    assert (int(pixels.sum()), bool(pixels[50:, :100].all())) == (5000, True)
