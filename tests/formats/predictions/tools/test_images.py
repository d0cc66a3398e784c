import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.images import image_records
from tests.formats.predictions.tools.objects import saved


def is_image(content: Any) -> bool:
    return isinstance(content, dict) and "boxes" in content


def named(path: Path) -> list[tuple[str, Any]]:
    return [
        (record.filename, record.content["boxes"]) for record in image_records(path, is_image, "an object of boxes")
    ]


@pytest.mark.parametrize(
    "content",
    [
        [{"file_name": "a.jpg", "boxes": 1}, {"file_name": "b.jpg", "boxes": 2}],
        {"a.jpg": {"boxes": 1}, "b.jpg": {"boxes": 2}},
        {"samples": {"a.jpg": {"boxes": 1}, "b.jpg": {"boxes": 2}}},
        {"images": [{"path": "a.jpg", "prediction": {"boxes": 1}}, {"path": "b.jpg", "prediction": {"boxes": 2}}]},
    ],
)
def test_images_are_in_a_list_or_by_name(tmp_path: Path, content: Any) -> None:
    assert named(saved(tmp_path / "p.json", content)) == [("a.jpg", 1), ("b.jpg", 2)]


def test_json_lines_have_an_image_each(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"file": "a.jpg", "boxes": 1}\n{"file": "b.jpg", "boxes": 2}\n')
    assert named(path) == [("a.jpg", 1), ("b.jpg", 2)]


def test_a_file_of_a_folder_is_named_after_its_image_unless_it_names_it(tmp_path: Path) -> None:
    saved(tmp_path / "a.json", {"boxes": 1})
    saved(tmp_path / "b.json", {"boxes": 2, "file": "c.jpg"})
    saved(tmp_path / "metadata.json", {"version": 1})
    assert named(tmp_path) == [("a.json", 1), ("c.jpg", 2)]


def test_what_is_no_image_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(
        FileFormatError, match=r"p\.json, record 1 counting from 0: expected an object of boxes, found an"
    ):
        named(saved(tmp_path / "p.json", [{"boxes": 1}, {"masks": 2}]))
    with pytest.raises(FileFormatError, match="record 0 counting from 0: expected an object of boxes, found 7"):
        named(saved(tmp_path / "p.json", [7]))


def test_a_text_that_is_json_itself_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", {"a.png": json.dumps([{"box": 1}]), "b.png": "[]"})
    records = list(image_records(path, lambda content: isinstance(content, list), "a list"))
    assert [(record.filename, record.content) for record in records] == [("a.png", [{"box": 1}]), ("b.png", [])]
    path = saved(tmp_path / "broken.json", {"a.png": "[1"})
    with pytest.raises(FileFormatError, match="expected a list, found '\\[1'"):
        list(image_records(path, lambda content: isinstance(content, list), "a list"))


def test_numbers_of_rows_are_no_names_where_records_name_their_image(tmp_path: Path) -> None:
    content = {"0": {"image": "a.png", "boxes": []}, "1": {"image": "b.png", "boxes": []}}
    path = saved(tmp_path / "p.json", content)
    records = list(image_records(path, lambda content: isinstance(content, dict) and "boxes" in content, "boxes"))
    assert [record.filename for record in records] == ["a.png", "b.png"]
