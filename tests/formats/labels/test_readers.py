"""What holds for every format of labels, by its examples."""

from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError, NotFoundError
from al_core.formats import LABEL_READERS, Labels, ReadingChoices, join_report, read_labels, worker
from al_core.formats.join.matching import match_filenames

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "labels"
DIGITS = [f"digit_{row:04d}.png" for row in range(300, 310)]
CLASSES = [7, 3, 5, 1, 0, 0, 2, 2, 7, 9]
paths = sorted(EXAMPLES.iterdir())
examples = pytest.mark.parametrize("path", paths, ids=[path.name for path in paths])


def in_order(labels: Labels) -> Labels:
    return labels.take(np.argsort(match_filenames(DIGITS, labels.filenames).rows))


@examples
def test_an_example_says_for_each_of_ten_digits_what_is_on_it(path: Path) -> None:
    labels = in_order(read_labels(path))
    names = [labels.class_names[label] for label in first_labels(labels)]
    assert names == [f"digit {number}" for number in CLASSES]


def first_labels(labels: Labels) -> list[int]:
    found = []
    for row in range(len(labels)):
        annotation = labels.annotation(row)
        if len(annotation.classes):
            found.append(int(annotation.classes[0]))
        elif len(annotation.boxes):
            found.append(int(annotation.boxes["label"][0]))
        else:
            assert annotation.label_map is not None
            found.append(int(annotation.label_map.max()))
    return found


@examples
def test_boxes_and_masks_are_where_they_are_in_the_coco_example(path: Path) -> None:
    expected = in_order(read_labels(EXAMPLES / "coco.json")).boxes
    labels = in_order(read_labels(path))
    if len(labels.boxes):
        for side in ("x0", "y0", "x1", "y1"):
            np.testing.assert_allclose(labels.boxes[side], expected[side], atol=1e-4)


@examples
def test_an_example_arrives_from_the_worker_as_it_was_read(path: Path) -> None:
    here = read_labels(path)
    there = worker.read_labels(path)
    assert there.filenames == here.filenames
    assert there.source == here.source == LABEL_READERS[path.name.partition(".")[0].partition("--")[0]].label
    assert there.boxes.tolist() == here.boxes.tolist()
    assert there.masks.tolist() == here.masks.tolist()


@examples
def test_an_example_is_joined_with_the_samples(path: Path) -> None:
    report = join_report([*DIGITS, "digit_9999.png"], read_labels(path), source=path.name)
    assert report.usable
    assert report.sentences()[0] == f"10 of 11 samples have labels in {path.name}."


def test_a_format_that_is_named_wins(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"images": []}')
    with pytest.raises(FileFormatError, match="has no 'data_row'; export data rows from Labelbox"):
        read_labels(tmp_path / "x.json", ReadingChoices(format="labelbox"))
    with pytest.raises(NotFoundError):
        read_labels(tmp_path / "none.json")


def test_a_folder_is_read_like_its_zip(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(EXAMPLES / "yolo.zip") as archive:
        archive.extractall(tmp_path / "yolo")
    assert read_labels(tmp_path / "yolo").boxes.tolist() == read_labels(EXAMPLES / "yolo.zip").boxes.tolist()


@pytest.mark.parametrize(("name", "said"), [("data.yaml", "a file of class names"), ("classes.txt", "class names")])
def test_what_stands_beside_labels_is_named(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_text("names:\n- cat\n")
    with pytest.raises(FileFormatError, match=f"{said}.* holds no labels; drop it together with the files"):
        read_labels(tmp_path / name)
