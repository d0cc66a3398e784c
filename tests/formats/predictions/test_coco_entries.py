from pathlib import Path

import orjson
import pytest

from al_core.formats import read_predictions
from al_core.formats.predictions import coco_entries
from al_core.formats.predictions.coco_entries import Texts, read_entries
from tests.formats.worker.test_values import assert_same

KEYPOINTS = [{"image_id": row // 2, "category_id": 1, "keypoints": [row, 2, 0.5], "score": 0.5} for row in range(9)]


def written(path: Path, content: object, separator: bytes = b"},{") -> Path:
    path.write_bytes(orjson.dumps(content).replace(b"},{", separator))
    return path


@pytest.mark.parametrize("separator", [b"},{", b"}, {"])
@pytest.mark.parametrize("block_bytes", [1, 200, 2**22])
def test_entries_are_those_of_the_list_whatever_the_size_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, separator: bytes, block_bytes: int
) -> None:
    monkeypatch.setattr(coco_entries, "BLOCK_BYTES", block_bytes)
    entries = read_entries(written(tmp_path / "a.json", KEYPOINTS, separator))
    assert entries is not None
    assert len(entries) == 9
    assert list(entries) == KEYPOINTS == list(entries)
    assert KEYPOINTS[3] in entries


def test_a_list_that_is_cut_inside_its_entries_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coco_entries, "BLOCK_BYTES", 1)
    nested = [entry | {"parts": [{"a": 1}, {"b": 2}]} for entry in KEYPOINTS]
    texts = [entry | {"note": "},{"} for entry in KEYPOINTS]
    expected = read_predictions(written(tmp_path / "a.json", KEYPOINTS), format="coco")
    for content in (nested, texts):
        path = written(tmp_path / "a.json", content)
        assert read_entries(path) is None
        assert_same(read_predictions(path, format="coco"), expected)


@pytest.mark.parametrize("content", [{"annotations": KEYPOINTS}, [1, 2], [[{}]]])
def test_what_is_no_list_of_objects_is_read_whole(tmp_path: Path, content: object) -> None:
    assert read_entries(written(tmp_path / "a.json", content)) is None


def test_an_empty_list_has_no_entries(tmp_path: Path) -> None:
    entries = read_entries(written(tmp_path / "a.json", []))
    assert entries is not None
    assert list(entries) == []


def test_texts_are_each_where_they_were() -> None:
    texts = Texts([b"ab", b"", b"c"])
    assert [bytes(texts[number]) for number in range(3)] == [b"ab", b"", b"c"]
