from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "r.json",
            '[{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}]',
            "COCO results.*predictions",
        ),
        (
            "p.jsonl",
            '{"image": "a.jpg", "label": "cat", "_input_hash": 1, "_task_hash": 2, "answer": "reject"}\n',
            "Prodigy's data set of tasks and answers, which is not read; write a table",
        ),
        (
            "wrapped.json",
            '{"predictions": [{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}]}',
            "COCO results.*predictions",
        ),
        ("c.json", "-DOCSTART- -X- O\n", "a format of texts, which is not read; export as JSON"),
        ("train.txt", "./images/a.jpg\n./images/b 1.PNG\n", "a list of filenames without labels"),
    ],
)
def test_a_file_without_labels_or_of_another_tool_is_named(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(FileFormatError, match=message):
        read_labels(tmp_path / name)


def test_images_alone_are_no_labels(tmp_path: Path) -> None:
    (tmp_path / "voc" / "images").mkdir(parents=True)
    (tmp_path / "voc" / "images" / "a.jpg").write_bytes(b"x")
    with pytest.raises(FileFormatError, match=r"voc is images without labels.*Label Studio writes none to YOLO"):
        read_labels(tmp_path / "voc")
