import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, read_labels, read_predictions

ABOUT = {"human-annotated": "yes", "creation-date": "1970-01-01T00:00:09.000000", "job-name": "labeling-job/x"}
SIZE = [{"width": 40, "height": 20, "depth": 3}]


def line(name: str, **attributes: Any) -> dict[str, Any]:
    return {
        "source-ref": f"s3://bucket/images/{name}",
        **{key.replace("_", "-"): value for key, value in attributes.items()},
    }


def classified(name: str, label: str, number: int, **about: Any) -> dict[str, Any]:
    metadata = {"class-name": label, "confidence": 0.93, "type": "groundtruth/image-classification", **ABOUT, **about}
    return line(name, species=number, species_metadata=metadata)


def boxed(*boxes: Mapping[str, object], attribute: str = "bounding-box", **about: Any) -> dict[str, Any]:
    metadata = {
        "objects": [{"confidence": 0.8}] * len(boxes),
        "class-map": {"0": "dog", "1": "bird"},
        "type": "groundtruth/object-detection",
        **ABOUT,
        **about,
    }
    return {attribute: {"image_size": SIZE, "annotations": list(boxes)}, f"{attribute}-metadata": metadata}


BIRD = {"class_id": 1, "left": 10, "top": 5, "width": 20, "height": 10}
DOG = {"class_id": 0, "left": 0, "top": 0, "width": 40, "height": 20}


def saved(tmp_path: Path, *lines: Any, name: str = "output.manifest") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def read(tmp_path: Path, *lines: Any) -> Labels:
    return read_labels(saved(tmp_path, *lines))


def classes(labels: Labels) -> list[tuple[str, str]]:
    return [
        (labels.filenames[row].rpartition("/")[2], labels.class_names[label]) for row, label in labels.classes.tolist()
    ]


def test_classes_are_named_by_their_metadata_and_images_without_a_label_are_open(tmp_path: Path) -> None:
    failed = line("c.jpg", species_metadata={"failure-reason": "no consensus", **ABOUT})
    labels = read(tmp_path, classified("a.jpg", "dog", 1), classified("b.jpg", "cat", 0), failed, line("d.jpg"))
    assert (labels.task, labels.class_names) == ("classification", ["cat", "dog"])
    assert classes(labels) == [("a.jpg", "dog"), ("b.jpg", "cat")]
    assert labels.filenames[0] == "bucket/images/a.jpg"
    assert labels.open_filenames == ["bucket/images/c.jpg", "bucket/images/d.jpg"]
    assert labels.times.tolist() == [9.0, 9.0]


def test_a_manifest_of_one_line_is_read(tmp_path: Path) -> None:
    assert classes(read(tmp_path, classified("a.jpg", "dog", 1))) == [("a.jpg", "dog")]


@pytest.mark.parametrize("chosen", [[0, 2], ["0", "2"], "[0, 2]", '["0", "2"]'])
def test_several_classes_are_those_of_the_class_map(tmp_path: Path, chosen: Any) -> None:
    metadata = {
        "class-map": {"0": "dog", "2": "wet"},
        "confidence-map": {"0": 0.9, "2": 0.5},
        "type": "groundtruth/image-classification-multilabel",
        **ABOUT,
    }
    none = line("b.jpg", kinds=[], kinds_metadata=metadata | {"class-map": {}})
    labels = read(tmp_path, line("a.jpg", kinds=chosen, kinds_metadata=metadata), none)
    assert labels.task == "multi-label-classification"
    assert classes(labels) == [("a.jpg", "dog"), ("a.jpg", "wet")]
    assert labels.filenames == ["bucket/images/a.jpg", "bucket/images/b.jpg"]


def test_labels_of_rekognition_have_an_attribute_for_each_class(tmp_path: Path) -> None:
    metadata = {"confidence": 1, "type": "groundtruth/image-classification", **ABOUT}
    attributes = {
        f"testdataset-classification_{name}{ending}": value
        for name in ("Sunrise", "Beach")
        for ending, value in (("", 1), ("-metadata", metadata | {"class-name": name}))
    }
    labels = read(tmp_path, line("a.jpg") | attributes)
    assert (labels.task, classes(labels)) == ("multi-label-classification", [("a.jpg", "Sunrise"), ("a.jpg", "Beach")])


def test_boxes_are_in_pixels_of_the_image_size(tmp_path: Path) -> None:
    labels = read(tmp_path, line("a.jpg") | boxed(BIRD), line("b.jpg") | boxed())
    assert (labels.task, labels.class_names) == ("object-detection", ["dog", "bird"])
    assert labels.boxes[["row", "label", "x0", "y0", "x1", "y1"]].tolist() == [(0, 1, 0.25, 0.25, 0.75, 0.75)]
    assert labels.filenames == ["bucket/images/a.jpg", "bucket/images/b.jpg"]


def test_adjusted_boxes_are_read_in_place_of_the_first_ones(tmp_path: Path) -> None:
    verified = {"verify": "1", "verify-metadata": {"class-name": "bad", "type": "groundtruth/label-verification"}}
    adjusted = boxed(DOG, attribute="adjusted", **{"adjustment-status": "adjusted"})
    labels = read(tmp_path, line("a.jpg") | boxed(BIRD) | verified | adjusted)
    assert labels.boxes[["label", "x0", "x1"]].tolist() == [(0, 0.0, 1.0)]
    assert [finding.what for finding in labels.findings] == ["verification-not-read", "first-labels-not-read"]


def test_labels_of_the_model_of_the_job_are_read_and_named(tmp_path: Path) -> None:
    automatic = classified("a.jpg", "dog", 1, **{"human-annotated": "no"})
    labels = read(tmp_path, automatic, classified("b.jpg", "cat", 0))
    assert [(finding.what, finding.names) for finding in labels.findings] == [
        ("labeled-by-model", ("bucket/images/a.jpg",))
    ]


SEGMENTED = {"city-ref": "s3://b/x.png", "city-ref-metadata": {"type": "groundtruth/semantic-segmentation", **ABOUT}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (line("a.jpg") | SEGMENTED, r"line 2: .*groundtruth/semantic-segmentation.*label maps"),
        (line("a.jpg") | boxed(BIRD | {"class_id": 7}), "line 2: class 7 is not in the class-map, which has '0', '1'"),
        (line("a.jpg") | boxed(BIRD | {"left": "x"}), "line 2: expected numbers left, top, width, height"),
        (line("a.jpg", species=1, species_metadata={"type": "groundtruth/image-classification"}), "no 'class-name'"),
        (line("a.jpg", label=1), r"line 2 has 'label' and no metadata .* give the output manifest"),
        ({"source": "text", "species": 1}, "line 2 has no 'source-ref'"),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, classified("z.jpg", "dog", 1), content)


def test_as_predictions_it_is_refused_with_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"read as labels \(SageMaker Ground Truth\).*add it as labels"):
        read_predictions(saved(tmp_path, classified("a.jpg", "dog", 1)))
