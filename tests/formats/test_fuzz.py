"""Whatever the bytes: a reader returns a value or raises FileFormatError with the name of the file."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.exceptions import FileFormatError
from al_core.formats import (
    READERS,
    join_report,
    read_class_names,
    read_embeddings,
    read_filenames,
    read_labels,
    read_metadata,
    read_predictions,
    read_scores,
    worker,
)
from al_core.formats.files.envelope import unwrapped
from al_core.formats.files.reader import choose
from al_core.formats.join.matching import match_filenames
from al_core.scorers import SCORERS

READ: dict[str, Callable[[Path], Any]] = {
    "embeddings": read_embeddings,
    "predictions": read_predictions,
    "labels": read_labels,
    "scores": read_scores,
    "metadata": read_metadata,
    "filenames": read_filenames,
    "class-names": read_class_names,
}
# pyarrow 26 throws where its Python layer cannot catch: a Parquet footer whose histograms have another length ends the
# process. So damaged Parquet files are read as the dashboard and the API read them.
READ_IN_WORKER: dict[str, Callable[[Path], Any]] = {
    "embeddings": worker.read_embeddings,
    "predictions": worker.read_predictions,
    "scores": worker.read_scores,
    "metadata": worker.read_metadata,
    "filenames": worker.read_filenames,
    "labels": worker.read_labels,
}
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
VALID = {path.relative_to(EXAMPLES).as_posix(): path.read_bytes() for path in sorted(EXAMPLES.glob("*/*.*"))}
# An example is named after its format, with the variant behind two dashes: predictions/lightly--keypoints.zip.
FORMATS = [
    (name.partition("/")[0], name.partition("/")[2].partition(".")[0].partition("--")[0], name) for name in VALID
]
examples = pytest.mark.parametrize(("kind", "name", "example"), FORMATS, ids=VALID)

# 40 in `make test`, 400 in `make fuzz`.
fuzz = settings(max_examples=settings().max_examples * 2 // 5)


def reader_of(kind: str, name: str, path: Path, *, forced: bool) -> Callable[[Path], Any]:
    if path.suffix == ".parquet":
        return READ_IN_WORKER[kind]
    return choose(path, READERS[kind], format=name).read if forced else READ[kind]


def reads_or_refuses(kind: str, name: str, content: bytes, *, forced: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{READERS[kind][name].suffixes[0]}"
        path.write_bytes(content)
        try:
            value = reader_of(kind, name, path, forced=forced)(path)
            if kind == "predictions":
                names = value.filenames or [str(row) for row in range(len(value))]
                join_report(list(dict.fromkeys(names)), value).sentences()
                if (
                    value.task in SCORERS and value.task != "classification"
                ):  # its values are read already, these are read when scored
                    SCORERS[value.task](value.take(np.arange(len(value)))).calculate_scores()
        except FileFormatError as error:
            assert str(error).startswith(path.name), error  # noqa: PT017 - most inputs raise, some do not


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
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


def test_every_format_has_an_example() -> None:
    assert {(kind, name) for kind, name, _ in FORMATS} == {(kind, name) for kind in READERS for name in READERS[kind]}


@examples
def test_every_example_is_recognized_and_holds_the_same_ten_digits(kind: str, name: str, example: str) -> None:
    path = EXAMPLES / example
    with unwrapped(path) as inner:
        assert choose(inner, READERS[kind]).name == name
    value = READ[kind](path)
    if kind == "class-names":
        assert value == [f"digit {number}" for number in range(10)]
        return
    filenames = value if kind == "filenames" else value.filenames
    digits = [f"digit_{row:04d}.png" for row in range(300, 310)]
    assert (sorted(match_filenames(digits, filenames).rows) if filenames else list(range(len(value)))) == list(
        range(10)
    )


@examples
@fuzz
@given(content=st.binary(max_size=200), forced=st.booleans())
def test_random_bytes_are_read_or_refused(kind: str, name: str, example: str, content: bytes, forced: bool) -> None:
    reads_or_refuses(kind, name, content, forced=forced)


@examples
@fuzz
@given(data=st.data(), forced=st.booleans())
def test_a_damaged_file_is_read_or_refused(
    kind: str, name: str, example: str, data: st.DataObject, forced: bool
) -> None:
    reads_or_refuses(kind, name, data.draw(mutated(VALID[example])), forced=forced)


@examples
def test_a_file_cut_at_any_byte_is_read_or_refused(kind: str, name: str, example: str) -> None:
    content = VALID[example]
    for n_bytes in range(0, len(content), max(1, len(content) // 60)):
        reads_or_refuses(kind, name, content[:n_bytes], forced=True)


# One test for each reader: as 7,000 tests of one pair each, half of the time went into pytest.
@pytest.mark.parametrize(("kind", "name"), sorted({(kind, name) for kind, name, _ in FORMATS}))
def test_a_file_of_another_format_is_read_or_refused(kind: str, name: str, subtests: pytest.Subtests) -> None:
    for example, content in VALID.items():
        with subtests.test(example):
            reads_or_refuses(kind, name, content, forced=True)
