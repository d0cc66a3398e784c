import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from al_core.exceptions import FileFormatError
from al_core.formats import join_report, read_predictions
from al_core.formats.choices import ReadingChoices
from al_core.formats.predictions.predictions import Predictions
from al_core.scorers import SCORERS


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def coco(tmp_path: Path, results: list[dict[str, Any]], images: Any = None, name: str = "results.json") -> Predictions:
    path = tmp_path / name
    path.write_text(json.dumps(results))
    companion = None
    if images is not None:
        companion = tmp_path / "images.json"
        companion.write_text(json.dumps(images))
    return read_predictions(path, images=companion)


IMAGES = {
    "images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 50}, {"id": 9, "file_name": "b.jpg"}],
    "categories": [{"id": 18, "name": "dog"}, {"id": 17, "name": "cat"}],
}


def test_coco_results_take_names_sizes_and_categories_from_the_images_file(tmp_path: Path) -> None:
    results = [{"image_id": 7, "category_id": 17, "bbox": [10, 10, 20, 10], "score": 0.75}]
    predictions = coco(tmp_path, results, IMAGES)
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert predictions.class_names == ["dog", "cat"]
    assert found(predictions, 0) == [([0.1, 0.2, 0.3, 0.4], 0.75, 1)]


def test_coco_results_alone_take_the_image_id_as_the_filename(tmp_path: Path) -> None:
    predictions = coco(tmp_path, [{"image_id": "a", "category_id": 3, "bbox": [1, 1, 2, 2], "score": 0.5}])
    assert predictions.filenames == ["a"]
    assert predictions.class_names == ["class_3"]


def scores(predictions: Predictions) -> dict[str, NDArray[np.floating]]:
    return SCORERS[predictions.task](predictions.take(np.arange(len(predictions)))).calculate_scores()


def test_coco_keypoints_are_gathered_by_image(tmp_path: Path) -> None:
    results = [
        {"image_id": "a", "category_id": 1, "keypoints": [1, 2, 0.5], "score": 0.9},
        {"image_id": "a", "category_id": 1, "keypoints": [1, 2, 1], "score": 0.9},
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    predictions = read_predictions(path)
    assert predictions.task == "keypoint-detection"
    np.testing.assert_array_equal(scores(predictions)["mean_uncertainty"], [0.25])


LEFT = [0, 4, 4]  # the left half of 2 × 4 pixels, column by column


RIGHT = [4, 4]


def results(tmp_path: Path, *entries: dict[str, object]) -> Path:
    full = [{"image_id": "a.png", "category_id": 1, "score": 0.5} | entry for entry in entries]
    (tmp_path / "masks.json").write_text(json.dumps(full))
    return tmp_path / "masks.json"


def mask(counts: object, size: object = (2, 4)) -> dict[str, object]:
    return {"segmentation": {"size": size, "counts": counts}}


def test_the_masks_of_an_image_give_their_pixels_class_probabilities(tmp_path: Path) -> None:
    left = mask(coco_mask.frPyObjects({"size": [2, 4], "counts": LEFT}, 2, 4)["counts"].decode())
    path = results(tmp_path, left, mask(RIGHT) | {"category_id": 7, "score": 0.75}, mask(LEFT) | {"image_id": "b.png"})
    predictions = read_predictions(path)
    assert (predictions.task, predictions.filenames) == ("semantic-segmentation", ["a.png", "b.png"])
    assert predictions.class_names == ["class_1", "class_7"]
    np.testing.assert_array_equal(predictions.outputs[0], [[[0.5, 0.5]] * 4 + [[0.25, 0.75]] * 4])
    assert predictions.outputs[1].shape == (1, 4, 2)
    assert "Masks give the pixels inside them their class" in " ".join(finding.text for finding in predictions.findings)


def test_where_masks_overlap_the_most_confident_one_counts(tmp_path: Path) -> None:
    whole = mask([0, 8]) | {"category_id": 2}
    for most_confident_first in (True, False):
        entries = [mask(LEFT) | {"score": 0.75}, whole][:: 1 if most_confident_first else -1]
        predictions = read_predictions(results(tmp_path, *entries))
        np.testing.assert_array_equal(predictions.outputs[0], [[[0.75, 0.25]] * 4 + [[0.5, 0.5]] * 4])


def test_masks_of_unknown_categories_are_skipped_and_reported(tmp_path: Path) -> None:
    about = {"images": [{"id": "a.png", "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}]}
    (tmp_path / "about.json").write_text(json.dumps(about))
    path = results(tmp_path, mask(LEFT), mask(RIGHT) | {"category_id": 9})
    predictions = read_predictions(path, images=tmp_path / "about.json")
    assert predictions.outputs[0].shape == (1, 4, 1)
    names = {finding.what: finding.names for finding in join_report(["a.png"], predictions).details}
    assert names["unknown-category"] == ("a.png",)


def test_boxes_count_where_an_entry_has_both_and_the_report_says_so(tmp_path: Path) -> None:
    predictions = read_predictions(results(tmp_path, mask(LEFT) | {"bbox": [0, 0, 1, 2]}))
    assert predictions.task == "object-detection"
    assert "masks-not-read" in [finding.what for finding in predictions.findings]


def test_a_mask_with_a_score_in_percent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"entry 1 counting from 0 has score 50; scores lie in 0 to 1"):
        read_predictions(results(tmp_path, mask(LEFT), mask(LEFT) | {"score": 50}))


def test_the_task_of_a_file_does_not_depend_on_who_reads_its_ids(tmp_path: Path) -> None:
    for ids in (["a", "b"], [1, 2], ["a", 2]):
        poses = [
            {
                "image_id": key,
                "category_id": 1,
                "bbox": [1, 1, 2, 2],
                "score": 0.5,
                "keypoints": [1, 2, 0.5, 3, 4, 0.25],
            }
            for key in ids
        ]
        assert coco(tmp_path, poses).task == "keypoint-detection"


def test_the_file_name_of_an_entry_is_its_image(tmp_path: Path) -> None:
    entry = {"category_id": 2, "bbox": [1, 1, 2, 2], "score": 0.5}
    results = [entry | {"image_id": "a.rf", "file_name": "a.rf.jpg"}, entry | {"image_id": "b", "file_name": "b.png"}]
    assert coco(tmp_path, results).filenames == ["a.rf.jpg", "b.png"]
    results[1]["image_id"] = 7
    assert coco(tmp_path, results).filenames == ["a.rf.jpg", "b.png"]


def test_numbers_of_images_are_names_only_if_somebody_says_so(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps([{"image_id": 42, "category_id": 1, "bbox": [1, 1, 2, 2], "score": 0.5}]))
    report = join_report(["42.jpg"], read_predictions(path))
    assert not report.usable
    assert "add the annotation file" in " ".join(report.sentences())
    choices = ReadingChoices(columns={"image_id": "filename"})
    assert join_report(["42.jpg"], read_predictions(path, choices)).usable


def test_a_box_and_its_score_may_come_first_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"bbox": [1, 2, 3, 4], "score": 0.9}]))
    with pytest.raises(FileFormatError) as refusal:
        read_predictions(path)
    assert "TorchServe" not in str(refusal.value)


def test_float_ids_and_names_of_categories_are_read(tmp_path: Path) -> None:
    entry = {"bbox": [10, 10, 20, 10], "score": 0.75}
    for category in ({"category_id": 17.0}, {"category_id": "cat"}, {"category_name": "cat"}):
        predictions = coco(tmp_path, [entry | {"image_id": 7.0} | category], IMAGES)
        assert found(predictions, 0) == [([0.1, 0.2, 0.3, 0.4], 0.75, 1)]


@pytest.mark.parametrize("key", ["annotations", "predictions", "results", None])
def test_results_may_be_under_a_key_or_one_per_line(tmp_path: Path, key: str | None) -> None:
    entries = [{"image_id": 7, "category_id": 17, "bbox": [10, 10, 20, 10], "score": score} for score in (0.5, 0.75)]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({key: entries}) if key else "".join(json.dumps(entry) + "\n" for entry in entries))
    (tmp_path / "images.json").write_text(json.dumps(IMAGES))
    predictions = read_predictions(path, images=tmp_path / "images.json")
    assert [score for _, score, _ in found(predictions, 0)] == [0.5, 0.75]


def test_numbered_classes_get_names_from_a_second_file(tmp_path: Path) -> None:
    results = [{"image_id": "a", "category_id": number, "bbox": [1, 1, 2, 2], "score": 0.5} for number in (3, 1)]
    named = coco(tmp_path, results).with_class_names(["cat", "dog", "cow"], "p")
    assert [named.class_names[label] for label in named.outputs[0].labels] == ["cow", "cat"]


def test_visibility_flags_are_not_taken_for_confidences(tmp_path: Path) -> None:
    for flags in ([1, 1, 0], [2, 1, 0]):
        points = [value for flag in flags for value in (4, 5, flag)]
        with pytest.raises(FileFormatError, match="visibility flag"):
            coco(tmp_path, [{"image_id": "a", "category_id": 1, "keypoints": points, "score": 0.5}])


def test_a_confidence_just_above_one_is_clipped_and_counted(tmp_path: Path) -> None:
    pose = {"image_id": "a", "category_id": 1, "keypoints": [[1, 2, 1.0023], [3, 4, 0.5]], "score": 0.5}
    predictions = coco(tmp_path, [pose])
    assert predictions.outputs[0].keypoint_instance_predictions[0].get_confidences() == [1, 0.5]
    assert [(finding.what, finding.names) for finding in predictions.findings] == [("confidences-rounded", ("a",))]
    pose["keypoints"] = [[1, 2, 1.02]]
    with pytest.raises(FileFormatError, match=r"confidence lies in 0 to 1, not 1\.01"):
        coco(tmp_path, [pose])


@pytest.mark.parametrize("annotations", [{}, {"annotations": []}])
def test_an_annotation_file_alone_is_not_taken_for_images_without_objects(
    tmp_path: Path, annotations: dict[str, list[Any]]
) -> None:
    path = tmp_path / "val.json"
    path.write_text(json.dumps({"images": [{"id": 1, "file_name": "a.png"}], "categories": [], **annotations}))
    with pytest.raises(FileFormatError, match="it is an annotation file; add the file of results beside it"):
        read_predictions(path)


def test_boxes_and_keypoints_in_one_list_are_told_apart_in_words(tmp_path: Path) -> None:
    entries = [
        {"image_id": 0, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5},
        {"image_id": 0, "category_id": 1, "keypoints": [1, 2, 0.9], "score": 0.8},
    ]
    path = tmp_path / "mixed.json"
    path.write_text(json.dumps(entries))
    with pytest.raises(FileFormatError, match=r"mixes two tasks: entry 0 .* entry 1 keypoints and no box"):
        read_predictions(path)
