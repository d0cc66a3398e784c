import json
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


def test_absolute_paths_of_fiftyone_become_relative_to_their_folder(tmp_path: Path) -> None:
    samples = [{"filepath": f"/data/x/{name}", "embedding": [1.0, 2.0]} for name in ("train/a.png", "val/a.png")]
    (tmp_path / "samples.json").write_text(json.dumps({"samples": samples}))
    assert read_embeddings(tmp_path / "samples.json").filenames == ["train/a.png", "val/a.png"]


@pytest.mark.parametrize("vector", ["null", '"####"', '"AAAA"', "[]", "[true]", '{"$binary": {"base64": 3}}'])
def test_a_record_without_a_vector_is_refused_with_its_line(tmp_path: Path, vector: str) -> None:
    (tmp_path / "e.jsonl").write_text(f'{{"filename": "a.png", "embedding": {vector}}}\n')
    with pytest.raises(FileFormatError, match=r"e\.jsonl"):
        read_embeddings(tmp_path / "e.jsonl")
