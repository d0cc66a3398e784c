import json
from pathlib import Path

from al_core.formats.files.json_keys import is_plain_json, json_keys, may_be_of_image


def test_the_keys_of_a_file_are_seen_beyond_its_first_lines(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps([{"boxes": []}] * 2000 + [{"score": 1}]))
    assert json_keys(path, path.read_bytes()[:4096]) == {"boxes", "score"}
    assert json_keys(tmp_path, b"") == {"boxes", "score"}


def test_what_is_no_json_has_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('a,"b": 1')
    assert json_keys(path, path.read_bytes()) == frozenset()
    assert not is_plain_json(path)
    assert not is_plain_json(tmp_path)


def test_files_that_describe_a_dataset_are_about_no_image() -> None:
    assert may_be_of_image("preds/a.json")
    assert not may_be_of_image("export/metadata.json")
    assert not may_be_of_image("a.txt")
