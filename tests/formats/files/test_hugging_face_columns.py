import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from al_core.formats import read_embeddings
from al_core.formats.files.hugging_face_columns import with_names

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def features(**columns: object) -> dict[str, str]:
    return {"huggingface": json.dumps({"info": {"features": columns}})}


def test_an_image_is_its_path_and_a_class_label_its_name() -> None:
    images = pa.array([{"bytes": b"x", "path": "a.png"}, {"bytes": b"y", "path": "b.png"}], IMAGE)
    table = pa.table({"image": images, "label": [1, -1]})
    about = features(image={"_type": "Image"}, label={"names": ["cat", "dog"], "_type": "ClassLabel"})
    named = with_names(table.replace_schema_metadata(about))
    assert named.to_pydict() == {"image": ["a.png", "b.png"], "label": ["dog", None]}


def test_other_tables_stay_as_they_are() -> None:
    table = pa.table({"label": [1, 2], "box": [{"x": 1}, {"x": 2}]})
    assert with_names(table) is table
    assert with_names(table.replace_schema_metadata({"huggingface": "[]"})).to_pydict() == table.to_pydict()


def test_embeddings_beside_images_have_their_paths(tmp_path: Path) -> None:
    images = pa.array([{"bytes": b"x", "path": "a.png"}, {"bytes": b"y", "path": "b.png"}], IMAGE)
    path = tmp_path / "train-00000-of-00001.parquet"
    pyarrow.parquet.write_table(pa.table({"image": images, "embedding": [[1.0, 2.0], [3.0, 4.0]]}), path)
    table = read_embeddings(path)
    assert (table.filenames, table.embeddings.tolist()) == (["a.png", "b.png"], [[1, 2], [3, 4]])
