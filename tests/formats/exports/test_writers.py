import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.exceptions import MissingInputError, NotFoundError
from al_core.formats import FILENAME_READERS, WRITERS, ExportRows, find_writer, read_filenames, read_predictions
from al_core.formats.exports.label_studio import write_label_studio
from al_core.formats.exports.labelbox import write_labelbox
from tests.formats.exports.samples import BOXES, NAMES, POINTS, unzipped

filenames = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from("=+-@'\",;"), min_size=1, max_size=12
)


@pytest.mark.parametrize("name", [name for name in FILENAME_READERS if name in WRITERS])
@settings(max_examples=50)  # the first example imports the parsers
@given(names=st.lists(filenames, min_size=1, max_size=8, unique=True))
def test_every_format_reads_back_what_it_wrote(name: str, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"selection{WRITERS[name].suffix}"
        path.write_bytes(WRITERS[name].write(ExportRows(names)))
        assert read_filenames(path, format=name) == names


@pytest.mark.parametrize("name", ["coco", "yolo-confidences"])
def test_our_own_reader_reads_the_boxes_back(rows: ExportRows, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"export{find_writer(name).suffix}"
    path.write_bytes(find_writer(name).write(rows))
    read = read_predictions(path)
    assert read.filenames is not None
    order = {Path(filename).stem: position for position, filename in enumerate(read.filenames)}
    for position, filename in enumerate(NAMES):
        output = read.outputs[order[Path(filename).stem]]
        boxes = BOXES.boxes_of(position)
        assert output.labels.tolist() == [box.label for box in boxes]
        np.testing.assert_allclose(output.scores, [box.score for box in boxes], atol=1e-6)
        corners = np.reshape([[box.x0, box.y0, box.x1, box.y1] for box in boxes], (-1, 4))
        np.testing.assert_allclose(output.corners, corners, atol=1e-4)


def test_labeling_tools_get_the_keypoints_that_are_there(rows: ExportRows) -> None:
    rows = replace(rows, annotations=POINTS)
    cvat = WRITERS["cvat"].write(rows).decode()
    assert '<points label="dog" source="auto" occluded="0" points="50.00,20.00;150.00,60.00" z_order="0" />' in cvat
    assert cvat.count("<points ") == 2
    labelbox = unzipped(write_labelbox(rows))["pre-annotations-001.ndjson"].splitlines()
    found = [(line["name"], line["point"], line["confidence"]) for line in map(json.loads, labelbox)]
    assert found == [
        ("dog", {"x": 50, "y": 20}, 0.5), ("dog", {"x": 150, "y": 60}, 1), ("cat", {"x": 10, "y": 10}, 0.75),
    ]  # fmt: skip
    files = unzipped(write_label_studio(rows))
    assert '<KeyPointLabels name="label" toName="image">' in files["labeling-config.xml"].decode()
    regions = json.loads(files["tasks-001.json"])[0]["predictions"][0]["result"]
    assert [(region["id"], region["value"]["x"], region["value"]["y"]) for region in regions] == [
        ("object-1-keypoint-1", 25, 20), ("object-1-keypoint-2", 75, 60), ("object-2-keypoint-1", 5, 10),
    ]  # fmt: skip
    assert regions[1]["meta"] == {"text": ["object 1, keypoint 2"]}


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.needs and name != "label-studio"])
def test_a_format_without_what_it_needs_says_what_to_do(name: str) -> None:
    with pytest.raises(MissingInputError, match=r"this format needs .*: (store|set the images folder)"):
        WRITERS[name].write(ExportRows(["a.png"]))


@pytest.mark.parametrize("name", list(WRITERS))
def test_the_same_samples_give_the_same_bytes(name: str, rows: ExportRows) -> None:
    assert WRITERS[name].write(rows) == WRITERS[name].write(rows)


def test_an_unknown_format_lists_the_existing_ones() -> None:
    with pytest.raises(NotFoundError, match="no export format 'docx'; use one of txt, csv, json"):
        find_writer("docx")
