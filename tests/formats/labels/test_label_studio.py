import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels


def choice(name: str, **about: Any) -> dict[str, Any]:
    return {"completed_by": 1, "was_cancelled": False, "result": [{"value": {"choices": [name]}}]} | about


def task(name: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "annotations": list(annotations), "data": {"image": f"/data/local-files/?d={name}"}}


def write(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "l.json"
    path.write_text(json.dumps(content))
    return path


def test_skipped_tasks_and_tasks_without_annotation_are_open(tmp_path: Path) -> None:
    skipped = choice("cat", was_cancelled=True)
    tasks = [task("a.png", choice("cat")), task("b.png", skipped), task("c.png"), task("d.png", skipped, choice("dog"))]
    labels = read_labels(write(tmp_path, tasks))
    assert labels.filenames == ["a.png", "d.png"]
    assert labels.open_filenames == ["b.png", "c.png"]
    assert [finding.sentence() for finding in labels.findings] == [
        "2 images are not labeled yet in the file: left open."
    ]


def test_an_annotation_without_regions_says_that_nothing_is_there(tmp_path: Path) -> None:
    box = {"value": {"x": 0, "y": 0, "width": 9, "height": 9, "rectanglelabels": ["cat"]}}
    tasks = [task("a.png", choice("", result=[box])), task("b.png", choice("", result=[]))]
    labels = read_labels(write(tmp_path, tasks))
    assert (labels.filenames, labels.task, len(labels.boxes)) == (["a.png", "b.png"], "object-detection", 1)


def test_several_annotators_are_kept_with_their_times(tmp_path: Path) -> None:
    first = choice("cat", completed_by={"id": 7, "email": "ann@x.org"}, created_at="1970-01-01T00:00:01Z")
    later = choice("dog", completed_by=8, created_at="1970-01-01T00:00:01Z", updated_at="1970-01-01T00:00:09Z")
    labels = read_labels(write(tmp_path, [task("a.png", first, later)]))
    assert (labels.annotators, labels.times.tolist()) == (["ann@x.org", "8"], [1.0, 9.0])
    assert labels.differ(0, 1)


def test_json_min_has_what_was_entered_behind_the_id(tmp_path: Path) -> None:
    about = {"annotator": 1, "annotation_id": 5, "created_at": "1970-01-01T00:00:01Z"}
    records = [
        {"image": "s3://b/a.png", "weather": "rain", "id": 1, "label": "cat"} | about,
        {"image": "s3://b/b.png", "weather": "rain", "id": 2, "label": {"choices": ["cat", "dog"]}} | about,
        {"id": 3, "image": "s3://b/c.png"} | about,
    ]
    labels = read_labels(write(tmp_path, records))
    assert (labels.filenames, labels.class_names) == (["b/a.png", "b/b.png", "b/c.png"], ["cat", "dog"])
    assert labels.classes.tolist() == [(0, 0), (1, 0), (1, 1)]
    assert labels.task == "multi-label-classification"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([{"annotations": [], "total_annotations": 0, "data": {"text": "x"}}], "task 0 counting from 0 has no image"),
        ([task("a.png", {"completed_by": 1, "result": "x"})], "expected a list of objects 'result'"),
        ([task("a.png", choice("", result=[{"value": 3}]))], "expected an object 'value'"),
        ([task("a.png", choice("cat")), 5], "task 1 counting from 0: expected an object, found int"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_labels(write(tmp_path, content))
