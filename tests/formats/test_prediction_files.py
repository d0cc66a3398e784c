import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Never

import numpy as np
import pytest

from al_core.exceptions import Cancelled, FileFormatError
from al_core.formats import (
    PredictionFiles,
    Predictions,
    assign_roles,
    read_prediction_files,
    read_predictions,
    recognize,
)
from al_core.formats.prediction_files import SCORES
from al_core.formats.predictions import coco_entries

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RESULTS = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]
ABOUT = {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}]}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., list[Path]]:
    def write(**files: str) -> list[Path]:
        paths = [tmp_path / name.replace("__", ".") for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_text(content)
        return paths

    return write


def test_the_annotation_file_is_distinguished_from_the_results_in_any_order(written: Callable[..., list[Path]]) -> None:
    about, results = written(about__json=json.dumps(ABOUT), results__json=json.dumps(RESULTS))
    assert assign_roles([about, results]) == PredictionFiles(results, images=about)
    assert assign_roles([results, about]) == PredictionFiles(results, images=about)


def test_the_annotation_file_is_recognized_by_images_anywhere_in_it(written: Callable[..., list[Path]]) -> None:
    categories = [{"id": number, "name": f"a class with the number {number}"} for number in range(200)]
    late = json.dumps({"categories": categories, "annotations": [{"id": 1}] * 500, "images": ABOUT["images"]})
    about, results = written(about__json=late, results__json=json.dumps(RESULTS))
    assert assign_roles([results, about]) == PredictionFiles(results, images=about)


def test_a_data_yaml_next_to_a_zip_names_its_classes(written: Callable[..., list[Path]]) -> None:
    names, archive = written(data__yaml="names:\n- cat\n- dog\n", labels__zip="")
    archive.write_bytes((EXAMPLES / "predictions" / "yolo.zip").read_bytes())
    assert assign_roles([archive, names]) == PredictionFiles(archive, class_names=names)


def test_a_text_file_next_to_an_array_names_its_classes(written: Callable[..., list[Path]]) -> None:
    names, array = written(classes__txt="cat\ndog\n", array__npy="")
    array.write_bytes((EXAMPLES / "predictions" / "npy.npy").read_bytes())
    assert assign_roles([names, array]) == PredictionFiles(array, class_names=names)


def test_one_text_file_per_image_is_read_as_their_folder(written: Callable[..., list[Path]], tmp_path: Path) -> None:
    paths = written(a__txt="0 0.5 0.5 0.2 0.2 0.9\n", b__txt="1 0.5 0.5 0.2 0.2 0.4\n", classes__txt="cat\ndog\n")
    files = assign_roles(paths)
    assert files == PredictionFiles(tmp_path)
    assert recognize(files.predictions) == "yolo"
    assert read_predictions(files.predictions).class_names == ["cat", "dog"]


def test_two_files_that_could_both_be_the_predictions_are_refused(written: Callable[..., list[Path]]) -> None:
    with pytest.raises(FileFormatError, match=r"one\.csv, two\.csv"):
        assign_roles(written(one__csv="filename,cat\n", two__csv="filename,cat\n"))


def test_columns_named_like_scores_are_recognized_as_scores(written: Callable[..., list[Path]]) -> None:
    scores, classes = written(scores__csv="filename,label_quality\na,1\n", classes__csv="filename,cat,dog\na,0,1\n")
    assert (recognize(scores), recognize(classes)) == (SCORES, "csv")


def test_the_confidences_of_boxes_are_no_scores_of_their_images(written: Callable[..., list[Path]]) -> None:
    header = "img,cls,conf,x_center,y_center,width,height\n"
    (boxes,) = written(boxes__csv=header + "a.png,cat,0.91,0.31,0.31,0.31,0.41\na.png,dog,0.42,0.71,0.53,0.43,0.89\n")
    assert recognize(boxes) == "detection-table"


REPORTED = [
    "csv.csv", "yolo.zip", "voc.zip", "lightly--detection.zip", "coco--keypoints.json", "parquet.parquet",
    "classification-json.jsonl", "detection-json.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("example", REPORTED)
def test_reading_reports_progress_and_stops_on_request(example: Path) -> None:
    path, percents = EXAMPLES / "predictions" / example, []
    read_predictions(path, progress=lambda done, total: percents.append(done))
    assert percents == sorted(percents)
    assert percents[0] == 0

    def cancel(done: int, total: int) -> Never:
        raise Cancelled("reading was cancelled")

    with pytest.raises(Cancelled):
        read_predictions(path, progress=cancel)


def test_reading_a_large_list_of_boxes_stops_between_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coco_entries, "BLOCK_BYTES", 200)
    entry = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 0.5}
    (tmp_path / "boxes.json").write_text(json.dumps([entry] * 20))
    percents: list[int] = []
    found = read_predictions(tmp_path / "boxes.json", progress=lambda done, total: percents.append(done))
    assert found.outputs.n_boxes.tolist() == [20]
    assert len(percents) > 5

    def cancel(done: int, total: int) -> None:
        if done > 30:
            raise Cancelled("reading was cancelled")

    with pytest.raises(Cancelled):
        read_predictions(tmp_path / "boxes.json", progress=cancel)


def test_a_folder_of_results_is_read_with_the_annotation_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "coco_instances_results.json").write_text(json.dumps(RESULTS))
    (tmp_path / "instances_predictions.pth").write_bytes(b"x")
    (tmp_path / "val.json").write_text(json.dumps(ABOUT))
    for files in (assign_roles([tmp_path]), assign_roles(sorted(tmp_path.iterdir()))):
        predictions = read_prediction_files(files)
        assert isinstance(predictions, Predictions)
        assert (predictions.filenames, predictions.class_names) == (["a.png"], ["cat"])


def test_an_annotation_file_may_be_packed(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(json.dumps(RESULTS))
    (tmp_path / "val.json.gz").write_bytes(gzip.compress(json.dumps(ABOUT).encode()))
    files = assign_roles(sorted(tmp_path.iterdir()))
    assert files.images == tmp_path / "val.json.gz"
    predictions = read_prediction_files(files)
    assert isinstance(predictions, Predictions)
    assert predictions.filenames == ["a.png"]


@pytest.mark.parametrize("names", ['{"id2label": {"0": "cat", "1": "dog"}, "model_type": "vit"}', '["cat", "dog"]'])
def test_json_with_class_names_is_dropped_with_the_predictions(tmp_path: Path, names: str) -> None:
    np.savez(tmp_path / "p.npz", probs=np.array([[0.75, 0.25]]), names=np.array(["a.png"]))
    (tmp_path / "config.json").write_text(names)
    files = assign_roles([tmp_path / "config.json", tmp_path / "p.npz"])
    assert files.class_names == tmp_path / "config.json"
    predictions = read_prediction_files(files)
    assert isinstance(predictions, Predictions)
    assert predictions.class_names == ["cat", "dog"]
