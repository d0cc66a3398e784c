import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, read_labels


def row(*labels: dict[str, Any], name: str = "a.png") -> dict[str, Any]:
    about = {"id": "d", "external_id": name, "row_data": f"https://x.org/{name}"}
    sides = {"width": 40, "height": 20}
    return {"data_row": about, "media_attributes": sides, "projects": {"p": {"labels": list(labels)}}}


def label(objects: Any = (), classifications: Any = (), **about: Any) -> dict[str, Any]:
    details = {"created_by": "ann@x.org", "created_at": "1970-01-01T00:00:09+00:00"}
    annotations = {"objects": list(objects), "classifications": list(classifications)}
    return {"label_details": details, "annotations": annotations} | about


def read(tmp_path: Path, *rows: Any) -> Labels:
    path = tmp_path / "l.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return read_labels(path)


def test_boxes_polygons_and_points_are_in_pixels(tmp_path: Path) -> None:
    box = {"name": "cat", "bounding_box": {"top": 5, "left": 10, "height": 10, "width": 20}}
    polygon = {"name": "owl", "polygon": [{"x": 0, "y": 0}, {"x": 20, "y": 0}, {"x": 20, "y": 20}]}
    point = {"name": "owl", "point": {"x": 40, "y": 20}}
    labels = read(tmp_path, row(label([box, polygon, point, {"name": "road", "line": []}])))
    assert labels.boxes[["label", "x0", "y0", "x1", "y1"]].tolist() == [(0, 0.25, 0.25, 0.75, 0.75), (1, 0, 0, 0.5, 1)]
    assert labels.keypoints[["instance", "x", "y"]].tolist() == [(2, 1.0, 1.0)]
    assert (labels.annotators, labels.times.tolist()) == (["ann@x.org"], [9.0])
    assert [finding.what for finding in labels.findings] == ["objects-not-read"]


def test_answers_are_classes(tmp_path: Path) -> None:
    radio = {"name": "kind", "radio_answer": {"name": "cat", "value": "cat"}}
    checklist = {"name": "more", "checklist_answers": [{"name": "wet"}, {"value": "night"}]}
    labels = read(tmp_path, row(label(classifications=[radio, checklist])), row(label(), name="b.png"))
    assert [labels.class_names[entry] for entry in labels.classes["label"]] == ["cat", "wet", "night"]
    assert (labels.task, labels.filenames) == ("multi-label-classification", ["a.png", "b.png"])
    one = read(tmp_path, row(label(classifications=[radio])), row(label(), name="b.png"))
    assert (one.task, one.open_filenames) == ("classification", ["b.png"])


def test_a_skipped_row_is_open_and_one_without_objects_is_labeled(tmp_path: Path) -> None:
    skipped = row(label(performance_details={"skipped": True}), name="s.png")
    labels = read(tmp_path, row(label()), skipped, row(name="n.png"))
    assert (labels.filenames, labels.open_filenames) == (["a.png"], ["s.png", "n.png"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"data_row": 3}, "line 1 has no 'data_row'"),
        ({"data_row": {"id": "x"}}, "has neither external_id nor global_key"),
        (row(label([{"name": "cat", "mask": {"url": "https://x"}}])), "masks are pictures on Labelbox's server"),
        (row(label([{"name": "cat", "bounding_box": {"top": "x"}}])), "expected numbers left, top, width, height"),
        (row(label([3])), "expected a list of objects 'objects'"),
        ({"data_row": {"external_id": "a"}, "projects": {"p": {"labels": 3}}}, "expected a list 'labels'"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, content, row())
