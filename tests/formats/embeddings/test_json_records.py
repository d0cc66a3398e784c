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


@pytest.mark.parametrize(
    "content",
    [
        {"filenames": ["a.png", "b.png"], "embeddings": [[1, 2], [3, 4]], "model": "dinov2"},
        {"rows": [{"id": 7, "path": "a.png", "vector": [1, 2]}, {"id": 8, "path": "b.png", "vector": [3, 4]}]},
        {"vectors": [{"id": "a.png", "values": [1, 2]}, {"id": "b.png", "values": [3, 4]}], "namespace": ""},
    ],
    ids=["lists", "Milvus", "Pinecone"],
)
def test_lists_and_vector_databases_are_read(tmp_path: Path, content: object) -> None:
    (tmp_path / "e.json").write_text(json.dumps(content))
    table = read_embeddings(tmp_path / "e.json")
    assert table.filenames == ["a.png", "b.png"]
    assert table.embeddings.tolist() == [[1, 2], [3, 4]]
