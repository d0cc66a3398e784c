from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from al_core.embedding.checkpoint import EmbeddedImages
from al_core.exceptions import FileFormatError
from al_core.wire.arrow_body import read_embeddings, read_images, write_embeddings, write_images

IMAGES = EmbeddedImages(
    filenames=["a.png", "b.png"],
    embeddings=np.eye(2, dtype=np.float32),
    metadata={"width": np.array([3.0, 4.0])},
    digests=np.arange(32, dtype=np.uint8).reshape(2, 16),
    broken=(),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "images.arrow"
    with path.open("wb") as file:
        write_images(file, IMAGES, {"model": "tiny"})
    return path


def test_images_are_read_as_they_were_written(path: Path) -> None:
    images, model = read_images(path)
    assert model == {"model": "tiny"}
    assert images.filenames == IMAGES.filenames
    assert (images.embeddings == IMAGES.embeddings).all()
    assert {name: values.tolist() for name, values in images.metadata.items()} == {"width": [3.0, 4.0]}
    assert (images.digests == IMAGES.digests).all()


def test_embeddings_alone_are_not_images(path: Path) -> None:
    with path.open("wb") as file:
        write_embeddings(file, IMAGES.filenames, IMAGES.embeddings)
    with pytest.raises(FileFormatError, match="have the Arrow column digest"):
        read_images(path)


@pytest.mark.parametrize("attributes", [b"{", b"[1]"])
def test_attributes_that_are_not_a_json_object_are_refused(path: Path, attributes: bytes) -> None:
    table = pa.ipc.open_file(path.read_bytes()).read_all().replace_schema_metadata({"al_core": attributes})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(FileFormatError, match=r"attributes of an embedding (cannot be read|must be)"):
        read_images(path)


def test_compressed_buffers_are_counted_before_they_are_unpacked(path: Path) -> None:
    values = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(20_000_000, np.float32)), 10_000_000)
    table = pa.table({"filename": ["a", "b"], "embedding": values})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(str(path), table.schema, options=options) as writer:
        writer.write_table(table)
    with pytest.raises(FileFormatError, match=r"images\.arrow unpacks to 80,000,\d+ bytes or more, over 200 times"):
        read_embeddings(path)
