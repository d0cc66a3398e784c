"""Whatever the bytes: a reader returns a value or raises FileFormatError with the name of the file."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from al_core.exceptions import FileFormatError
from al_core.formats import READERS, read_embeddings, read_filenames, read_predictions

READ = {"embeddings": read_embeddings, "predictions": read_predictions, "filenames": read_filenames}
NAMES = np.array(["a.png", "b c.png", "ü.png"])


def saved(save, *arrays, **named) -> bytes:
    content = io.BytesIO()
    save(content, *arrays, **named)
    return content.getvalue()


VALID = {
    ("embeddings", "csv"): b'filenames,embedding_0,embedding_1,labels\na.png,1,2,0\n"b, c.png",3.5e-1,nan,1\n',
    ("embeddings", "npy"): saved(np.save, np.eye(3, dtype=np.float32)),
    ("embeddings", "npz"): saved(np.savez_compressed, embeddings=np.eye(3), filenames=NAMES),
    ("predictions", "csv"): "filename;cat;dog\na.png;0.5;0.5\n'=b.png;1;0\nü.png;;\n".encode(),
    ("predictions", "npy"): saved(np.save, np.eye(3, dtype=np.float16)),
    ("predictions", "npz"): saved(np.savez, probabilities=np.eye(3), filenames=NAMES, class_names=NAMES),
    ("filenames", "txt"): "a.png\r\nü.png\r\n".encode(),
    ("filenames", "csv"): b"rank,filename,score\n1,a.png,0.5\n2,'=b.png,0.25\n",
    ("filenames", "json"): b'["a.png", "b.png"]',
}
FORMATS = [(kind, name) for kind, readers in READERS.items() for name in readers]

fuzz = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reads_or_refuses(kind: str, name: str, content: bytes, *, forced: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{READERS[kind][name].suffixes[0]}"
        path.write_bytes(content)
        try:
            READ[kind](path, format=name if forced else None)
        except FileFormatError as error:
            assert str(error).startswith(path.name), error  # noqa: PT017 - most inputs raise, some do not


@st.composite
def mutated(draw, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        match draw(st.sampled_from(["flip", "insert", "cut", "repeat"])):
            case "flip" if at < len(changed):
                changed[at] ^= draw(st.integers(1, 255))
            case "insert":
                changed[at:at] = draw(
                    st.binary(min_size=1, max_size=8) | st.sampled_from([b'"', b"\r", b"\0", b"NaN", b"9" * 400])
                )
            case "cut":
                del changed[at : at + draw(st.integers(1, 40))]
            case "repeat":
                changed[at:at] = changed[max(0, at - draw(st.integers(1, 40))) : at]
    return bytes(changed)


def test_the_corpus_covers_every_format():
    assert set(VALID) == set(FORMATS)


@pytest.mark.parametrize(("kind", "name"), FORMATS)
@fuzz
@given(content=st.binary(max_size=200), forced=st.booleans())
def test_random_bytes_are_read_or_refused(kind, name, content, forced):
    reads_or_refuses(kind, name, content, forced=forced)


@pytest.mark.parametrize(("kind", "name"), FORMATS)
@fuzz
@given(data=st.data(), forced=st.booleans())
def test_a_damaged_file_is_read_or_refused(kind, name, data, forced):
    reads_or_refuses(kind, name, data.draw(mutated(VALID[kind, name])), forced=forced)


@pytest.mark.parametrize(("kind", "name"), FORMATS)
def test_a_file_cut_at_any_byte_is_read_or_refused(kind, name):
    content = VALID[kind, name]
    for n_bytes in range(0, len(content), max(1, len(content) // 60)):
        reads_or_refuses(kind, name, content[:n_bytes], forced=True)


@pytest.mark.parametrize(("kind", "name"), FORMATS)
@pytest.mark.parametrize("other", VALID.values(), ids=[f"{kind}-{name}" for kind, name in VALID])
def test_a_file_of_another_format_is_read_or_refused(kind, name, other):
    reads_or_refuses(kind, name, other, forced=False)
    reads_or_refuses(kind, name, other, forced=True)
