import json
import tarfile
import zipfile

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import join_report, read_predictions
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.yolo_folder import read_yolo_folder


def boxes(*rows: tuple[int, list[float], float, int]) -> Boxes:
    image, corners, scores, labels = zip(*rows, strict=True)
    return Boxes(np.array(image), np.array(corners, np.float32), np.array(scores, np.float32), np.array(labels))


def found(predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def texts(predictions):
    return [finding.text for finding in predictions.findings]


def test_relative_boxes_are_grouped_by_image_and_images_without_boxes_stay():
    given = boxes((2, [0, 0, 0.5, 1], 0.5, 1), (0, [0.25, 0, 1, 1], 0.75, 0))
    predictions = detection_predictions("p", ["a", "b", "c"], ["cat", "dog"], given)
    assert predictions.task == "object-detection"
    assert found(predictions, 0) == [([0.25, 0, 1, 1], 0.75, 0)]
    assert found(predictions, 1) == []
    assert found(predictions, 2) == [([0, 0, 0.5, 1], 0.5, 1)]
    assert texts(predictions) == ["Boxes are relative to the image: the largest coordinate is 1"]


def test_pixels_are_divided_by_the_size_of_their_image():
    given = boxes((0, [10, 10, 50, 20], 0.5, 0), (1, [10, 10, 50, 20], 0.5, 0))
    predictions = detection_predictions("p", ["a", "b"], ["cat"], given, np.array([[100, 20], [200, 40]]))
    assert found(predictions, 0)[0][0] == [0.1, 0.5, 0.5, 1]
    assert found(predictions, 1)[0][0] == [0.05, 0.25, 0.25, 0.5]
    assert texts(predictions) == ["Boxes are in pixels: the largest coordinate is 50"]


def test_without_sizes_pixels_are_relative_to_the_outermost_box_and_the_report_says_so():
    predictions = detection_predictions("p", ["a"], ["cat"], boxes((0, [10, 10, 50, 20], 0.5, 0)))
    assert found(predictions, 0)[0][0] == [0.2, 0.5, 1, 1]
    sentences = join_report(["a"], predictions).sentences()
    assert any(
        "1 image has no size in the file ('a'): their boxes are relative to the outermost" in s for s in sentences
    )


def test_bad_boxes_are_left_out_or_clipped_and_reported_by_image():
    given = boxes(
        (0, [-0.5, 0, 0.5, 1], 0.5, 0),
        (1, [0.5, 0.5, 0.5, 1], 0.5, 0),
        (2, [0, 0, np.nan, 1], 0.5, 0),
        (3, [0, 0, 1, 1], 0.5, -1),
        (4, [1.1, 1.1, 1.2, 1.2], 0.5, 0),
    )
    predictions = detection_predictions("p", list("abcde"), ["cat"], given)
    assert predictions.outputs.n_boxes.tolist() == [1, 0, 0, 0, 0]
    assert found(predictions, 0)[0][0] == [0, 0, 0.5, 1]
    problems = {finding.what: finding.names for finding in predictions.findings if finding.names}
    assert problems == {
        "unknown-category": ("d",),
        "boxes-not-finite": ("c",),
        "boxes-clipped": ("a", "e"),
        "boxes-empty": ("b", "e"),
    }
    assert join_report(list("abcde"), predictions).usable
    assert not join_report(list("abcde"), predictions, policy="reject").usable


def test_a_percentage_is_refused_as_a_score():
    with pytest.raises(
        FileFormatError, match="a box of 'a' has score 87; scores lie in 0 to 1, divide percentages by 100"
    ):
        detection_predictions("p", ["a"], ["cat"], boxes((0, [0, 0, 1, 1], 87, 0)))


def coco(tmp_path, results, images=None, name="results.json"):
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


def test_coco_results_take_names_sizes_and_categories_from_the_images_file(tmp_path):
    results = [{"image_id": 7, "category_id": 17, "bbox": [10, 10, 20, 10], "score": 0.75}]
    predictions = coco(tmp_path, results, IMAGES)
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert predictions.class_names == ["dog", "cat"]
    assert found(predictions, 0) == [([0.1, 0.2, 0.3, 0.4], 0.75, 1)]


def test_coco_results_alone_take_the_image_id_as_the_filename(tmp_path):
    predictions = coco(tmp_path, [{"image_id": "a", "category_id": 3, "bbox": [1, 1, 2, 2], "score": 0.5}])
    assert predictions.filenames == ["a"]
    assert predictions.class_names == ["class_3"]


@pytest.mark.parametrize("image_id", ["}, {", "},{", '"}, {"', "a\n}, {"])
def test_a_cut_between_entries_is_not_looked_for_inside_a_text(tmp_path, image_id):
    results = [{"image_id": image_id, "category_id": 3, "bbox": [1, 1, 2, 2], "score": 0.5} for _ in range(2)]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    if "\n" in image_id:
        with pytest.raises(FileFormatError, match="control characters"):
            read_predictions(path)
    else:
        assert read_predictions(path).filenames == [image_id]


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":"), (",\n  ", ": ")])
@pytest.mark.parametrize("nested", [None, [{"a": 1}, {"b": [2, 3]}]])
def test_the_spacing_of_coco_results_and_other_keys_do_not_matter(tmp_path, separators, nested):
    results = [
        {"image_id": 7 + 2 * i, "category_id": 17, "bbox": [10 * i, 0, 10, 10], "score": 0.5, "extra": nested}
        for i in range(2)
    ]
    (tmp_path / "images.json").write_text(json.dumps(IMAGES))
    (tmp_path / "results.json").write_text(json.dumps(results, separators=separators))
    predictions = read_predictions(tmp_path / "results.json", images=tmp_path / "images.json")
    assert predictions.outputs.n_boxes.tolist() == [1, 1]
    assert found(predictions, 0) == [([0, 0, 0.1, 0.2], 0.5, 1)]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"image_id": 1, "category_id": 17, "bbox": [0, 0, 1, 1], "score": 0.5}, "image_id 1 is not among the images"),
        ({"category_id": 17, "bbox": [0, 0, 1, 1], "score": 0.5}, "entry 0 counting from 0 has no 'image_id'"),
        ({"image_id": 7, "category_id": 17, "bbox": [0, 0, 1], "score": 0.5}, "expected a bbox x, y, width, height"),
        ({"image_id": 7, "category_id": 17, "bbox": [0, 0, 1, "x"], "score": 0.5}, "expected a number, found 'x'"),
        (
            {"image_id": 7, "category_id": 17, "bbox": [0, 0, 1, 1]},
            "score 0 counting from 0: expected a number, found None",
        ),
    ],
)
def test_a_bad_coco_entry_is_refused_with_its_number(tmp_path, result, message):
    with pytest.raises(FileFormatError, match=message):
        coco(tmp_path, [result], IMAGES)


def yolo(tmp_path, files: dict[str, str]):
    for name, text in files.items():
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "run"


@pytest.mark.parametrize(
    "names",
    [
        {"classes.txt": "cat\ndog\n"},
        {"data.yaml": "nc: 2\nnames: ['cat', 'dog']\n"},
        {"data.yaml": "path: x\nnames:\n  0: cat\n  1: dog\n"},
        {"data.yaml": "names:\n- cat\n- dog\n"},
    ],
)
def test_yolo_text_is_matched_by_stem_and_named_by_its_class_file(tmp_path, names):
    folder = yolo(tmp_path, {"labels/train/a.rf.1.txt": "1 0.5 0.5 0.5 0.25 0.75\n", "labels/b.txt": "", **names})
    predictions = read_predictions(folder)
    assert predictions.class_names == ["cat", "dog"]
    report = join_report(["images/train/a.rf.1.jpg", "b.jpg"], predictions)
    assert report.matched == 2
    assert "2 rows were matched by stem, not by the whole name." in report.sentences()
    row = report.rows.tolist().index(0)
    assert found(predictions, row) == [([0.25, 0.375, 0.75, 0.625], 0.75, 1)]


def test_both_boxes_of_a_yolo_folder_with_a_block_list_are_read(tmp_path):
    lines = "0 0.5 0.5 0.5 0.5 0.75\n1 0.5 0.5 1 1 0.5\n"
    predictions = read_yolo_folder(yolo(tmp_path, {"a.txt": lines, "data.yaml": "names:\n- cat\n- dog\n"}))
    assert found(predictions, 0) == [([0.25, 0.25, 0.75, 0.75], 0.75, 0), ([0, 0, 1, 1], 0.5, 1)]


@pytest.mark.parametrize(
    "names",
    [{"data.yaml": "nc: 2\n"}, {"data.yaml": "names: []\n"}, {"data.yaml": "\n"}, {"classes.txt": "\n"}],
    ids=str,
)
def test_boxes_of_a_yolo_folder_without_names_keep_their_numbers(tmp_path, names):
    predictions = read_yolo_folder(yolo(tmp_path, {"a.txt": "3 0.5 0.5 1 1 0.5\n", **names}))
    assert predictions.class_names == ["class_3"]
    assert found(predictions, 0) == [([0, 0, 1, 1], 0.5, 0)]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"data.yaml": "names: {0: cat, 2: dog}\n"}, r"run/data\.yaml: names has no class 1"),
        ({"data.yaml": "names: ["}, r"run/data\.yaml, line 1: not YAML"),
        ({"data.yaml": "#" * (2**20 + 1)}, r"run/data\.yaml has 1,048,577 bytes; at most 1,048,576"),
        ({"classes.txt": "cat\n\ndog\n"}, r"run/classes\.txt names no classes, or leaves one empty"),
    ],
    ids=str,
)
def test_class_names_of_a_yolo_folder_that_are_not_clear_are_refused(tmp_path, names, message):
    with pytest.raises(FileFormatError, match=message):
        read_yolo_folder(yolo(tmp_path, {"a.txt": "0 0.5 0.5 1 1 0.5\n", **names}))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.5 0.5", r"a\.txt, line 2 has no confidence; predict with save_txt=True and save_conf=True"),
        ("0 0.5 0.5", r"a\.txt, line 2: expected class, x, y, width, height, confidence, found 3 numbers"),
        ("0 0.5 0.5 x 0.5 0.5", r"a\.txt, line 2: expected six numbers, found '0 0.5 0.5 x 0.5 0.5'"),
        ("0.5 0.5 0.5 0.5 0.5 0.5", r"a\.txt, line 2: the class is a whole number from 0, found '0.5'"),
    ],
)
def test_a_bad_yolo_line_is_refused_with_its_number(tmp_path, line, message):
    with pytest.raises(FileFormatError, match=message):
        read_predictions(yolo(tmp_path, {"a.txt": f"0 0.5 0.5 0.5 0.5 0.5\n{line}\n"}))


VOC = """<annotation><filename>a.jpg</filename>
<size><width>100</width><height>50</height></size><object><name>cat</name>
<score>0.5</score><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>30</xmax><ymax>20</ymax></bndbox></object></annotation>"""


def voc(tmp_path, text: str):
    path = tmp_path / "voc"
    path.mkdir()
    (path / "a.xml").write_text(text)
    return path


def test_voc_xml_has_names_sizes_and_scores(tmp_path):
    predictions = read_predictions(voc(tmp_path, VOC))
    assert (predictions.filenames, predictions.class_names) == (["a.jpg"], ["cat"])
    assert found(predictions, 0) == [([0.1, 0.2, 0.3, 0.4], 0.5, 0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (VOC[:90], r"voc/a\.xml is not XML"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>" + VOC, r"voc/a\.xml declares a document type, which is not read"),
        (VOC.replace("score", "points"), r"voc/a\.xml: an object has no <score> or <confidence>; add it"),
        (VOC.replace("<xmin>10", "<xmin>ten"), r"voc/a\.xml: <xmin> is 'ten', expected a number"),
        (VOC.replace("bndbox", "box"), r"voc/a\.xml: an object has no <bndbox>; add it"),
    ],
)
def test_a_bad_voc_file_is_refused_with_its_name(tmp_path, text, message):
    with pytest.raises(FileFormatError, match=message):
        read_predictions(voc(tmp_path, text))


def records(tmp_path, *rows, name="p.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_json_lines_hold_boxes_with_scores_and_labels(tmp_path):
    predictions = read_predictions(
        records(
            tmp_path,
            {"filename": "a", "boxes": [[0, 0, 0.5, 1]], "scores": [0.5], "labels": ["dog"]},
            {"filename": "b", "boxes": [], "scores": [], "labels": []},
            {"filename": "c", "boxes": [[0, 0, 1, 1]], "scores": [0.25], "labels": ["cat"]},
        )
    )
    assert predictions.class_names == ["cat", "dog"]
    assert found(predictions, 0) == [([0, 0, 0.5, 1], 0.5, 1)]
    assert predictions.outputs.n_boxes.tolist() == [1, 0, 1]


def test_json_lines_hold_object_and_class_probabilities(tmp_path):
    row = {
        "filename": "a",
        "boxes": [[0, 0, 1, 1]],
        "object_probabilities": [0.5],
        "class_probabilities": [[0.25, 0.75]],
    }
    predictions = read_predictions(records(tmp_path, row))
    assert found(predictions, 0) == [([0, 0, 1, 1], 0.375, 1)]
    np.testing.assert_array_equal(predictions.outputs[0].class_probabilities, [[0.25, 0.75]])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"filename": "b", "boxes": [[0, 0, 1, 1]], "labels": [0]},
            "line 2: expected 1 'scores', one per box, found none",
        ),
        (
            {"filename": "b", "boxes": [[0, 0, 1, 1]], "scores": [1, 1], "labels": [0]},
            "line 2: expected 1 'scores'.* 2 entries",
        ),
        (
            {"filename": "b", "boxes": [[0, 0, 1]], "scores": [1], "labels": [0]},
            "line 2: a box is x0, y0, x1, y1; found 3",
        ),
        (
            {"filename": "b", "boxes": [[0, 0, 1, 1]], "scores": [1], "labels": [-1]},
            "line 2: a label is a class name or",
        ),
        ({"boxes": []}, "line 2 has no 'filename'; its keys are 'boxes'; add one"),
        ([], "line 2: expected an object with a filename, found list"),
    ],
)
def test_a_bad_record_is_refused_with_its_line(tmp_path, row, message):
    good = {"filename": "a", "boxes": [], "scores": [], "labels": []}
    with pytest.raises(FileFormatError, match=message):
        read_predictions(records(tmp_path, good, row))


def test_a_zip_a_tar_and_a_folder_read_the_same(tmp_path):
    folder = yolo(tmp_path, {"labels/a.txt": "0 0.5 0.5 0.5 0.5 0.5\n"})
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.write(folder / "labels/a.txt", "labels/a.txt")
    with tarfile.open(tmp_path / "run.tar.gz", "w:gz") as archive:
        archive.add(folder, ".")
    for path in (folder, tmp_path / "run.zip", tmp_path / "run.tar.gz"):
        predictions = read_predictions(path)
        assert predictions.filenames == ["a.txt"]
        assert found(predictions, 0) == [([0.25, 0.25, 0.75, 0.75], 0.5, 0)]


def test_a_name_in_an_archive_leads_nowhere(tmp_path):
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("../../escaped.txt", "0 0.5 0.5 0.5 0.5 0.5\n")
    assert len(read_predictions(tmp_path / "run.zip")) == 1
    assert not list(tmp_path.parent.glob("escaped.txt"))


def test_a_link_out_of_a_folder_is_refused(tmp_path):
    (tmp_path / "secret.txt").write_text("0 0.5 0.5 0.5 0.5 0.5\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(FileFormatError, match=r"run/a\.txt leads out of the folder"):
        read_predictions(tmp_path / "run")


def test_an_archive_bomb_is_refused_by_its_ratio(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\0" * 80_000_000)
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as archive:
        (tmp_path / "a.txt").write_bytes(b"\0" * 80_000_000)
        archive.add(tmp_path / "a.txt", "a.txt")
    for name in ("bomb.zip", "bomb.tar.gz"):
        with pytest.raises(
            FileFormatError, match=rf"{name} unpacks to 80,000,000 bytes or more, over 200 times its size"
        ):
            read_predictions(tmp_path / name)
