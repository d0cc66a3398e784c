from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import WorkspaceError
from al_core.objects.objects import ByteRange, Objects
from al_core.store.array_cache import ArrayCache
from al_core.store.files import array_digest
from al_core.store.object_storage import ObjectStorage
from al_core.store.parts import Part
from al_core.store.storage import ArrayPlace
from tests.buckets import new_bucket, use_endpoint

ENTRY = np.dtype([("row", "<i8"), ("box", "<f4", (4,))])
# Two rows of ENTRY, or four of eight bytes.
PART_BYTES = 48
DATASET = "0" * 24


class Fixture:
    """A storage whose parts hold two rows, and what was asked of it."""

    def __init__(self, address: str, folder: Path, limit: int = 10**9) -> None:
        self.objects = Objects(address)
        self.folder = folder
        self.storage = ObjectStorage(self.objects, ArrayCache(folder / "cache", limit), PART_BYTES)
        self.asked: list[ByteRange] = []
        read = self.objects.read_ranges

        def record(ranges: Sequence[ByteRange]) -> list[bytes]:
            self.asked += ranges
            return read(ranges)

        self.objects.read_ranges = record  # type: ignore[method-assign]  # to see what is asked

    def write(self, array: NDArray[Any], array_id: str = "1" * 24) -> tuple[ArrayPlace, str]:
        digest = array_digest(array)
        place = ArrayPlace(DATASET, "score", array_id)
        place = ArrayPlace(DATASET, "score", array_id, self.storage.write(place, array, digest))
        for path in (self.folder / "cache").glob("*"):
            path.unlink()
        return place, digest


@pytest.fixture
def fixture(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fixture:
    use_endpoint(monkeypatch, s3)
    return Fixture(f"s3://{new_bucket(s3)}/prefix", tmp_path)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(40, dtype=np.float32).reshape(10, 4),
        np.asfortranarray(np.arange(40.0).reshape(10, 4)),
        np.zeros(5, ENTRY),
        np.empty((0, 4), np.float32),
        np.array(3.5),
        np.frombuffer(bytes(range(256)), np.uint8),
    ],
    ids=["floats", "columns first", "records", "no rows", "a number", "bytes"],
)
def test_what_was_written_in_parts_is_read_as_one_array(fixture: Fixture, array: NDArray[Any]) -> None:
    place, digest = fixture.write(array)
    assert fixture.storage.shape(place) == array.shape
    assert fixture.storage.content_digest(place) == digest
    read = fixture.storage.read(place, digest)
    assert (read.shape, read.dtype, read.flags.writeable) == (array.shape, array.dtype, False)
    assert read.tobytes() == np.ascontiguousarray(array).tobytes()


def test_each_part_is_a_valid_file(fixture: Fixture, tmp_path: Path) -> None:
    place, _ = fixture.write(np.arange(10.0))
    assert place.parts == (Part(6, 176), Part(4, 160))
    (tmp_path / "part.npy").write_bytes(fixture.objects.read(f"{DATASET}/{place.array_id}/00001.npy"))
    assert np.load(tmp_path / "part.npy").tolist() == [6, 7, 8, 9]


def test_few_rows_are_read_by_ranges_and_nothing_is_kept(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("al_core.store.object_storage.GAP_BYTES", 0)
    array = np.arange(400.0).reshape(100, 4)
    place, digest = fixture.write(array)
    rows = np.array([99, 3, 3, 4])
    assert fixture.storage.read_rows(place, digest, array.shape, rows).tolist() == array[rows].tolist()
    # The first header says the type.
    assert sum(one.end - one.start for one in fixture.asked) == place.parts[0].n_bytes + 3 * 32
    assert not any(fixture.folder.glob("cache/*.npy"))


def test_many_rows_fetch_the_array_once(fixture: Fixture) -> None:
    fixture.storage._part_bytes = 10**6
    array = np.arange(400.0).reshape(100, 4)
    place, digest = fixture.write(array)
    rows = np.arange(0, 100, 2)
    assert fixture.storage.read_rows(place, digest, array.shape, rows).tolist() == array[rows].tolist()
    fixture.asked.clear()
    assert fixture.storage.read_rows(place, digest, array.shape, np.array([1])).tolist() == array[[1]].tolist()
    assert fixture.storage.read(place, digest).tolist() == array.tolist()
    assert fixture.asked == []


def test_rows_of_an_array_that_is_larger_than_the_cache_are_read_and_the_whole_is_refused(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_endpoint(monkeypatch, s3)
    fixture = Fixture(f"s3://{new_bucket(s3)}", tmp_path, limit=100)
    array = np.arange(400.0).reshape(100, 4)
    place, digest = fixture.write(array)
    rows = np.arange(100)[::-1]
    assert fixture.storage.read_rows(place, digest, array.shape, rows).tolist() == array[::-1].tolist()
    with pytest.raises(WorkspaceError, match="set AL_CORE_CACHE_GB to more"):
        fixture.storage.read(place, digest)


def test_content_that_has_changed_is_not_kept(fixture: Fixture) -> None:
    place, digest = fixture.write(np.arange(10.0))
    key = f"{DATASET}/{place.array_id}/00001.npy"
    content = bytearray(fixture.objects.read(key))
    content[-1] ^= 1
    fixture.objects.write({key: bytes(content)})
    with pytest.raises(ValueError, match="its digest is another"):
        fixture.storage.read(place, digest)
    assert not any(fixture.folder.glob("cache/*.npy"))
    assert fixture.storage.content_digest(place) != digest


def test_a_part_that_is_missing_or_short_is_named(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("al_core.objects.objects.FIRST_PAUSE_SECONDS", 0)
    place, digest = fixture.write(np.arange(10.0))
    key = f"{DATASET}/{place.array_id}/00001.npy"
    fixture.objects.write({key: fixture.objects.read(key)[:-8]})
    with pytest.raises(ValueError, match="part 1 of 160 bytes has 152 bytes"):
        fixture.storage.shape(place)
    with pytest.raises(EOFError, match=r"00001.npy is shorter than it should be"):
        fixture.storage.read(place, digest)
    fixture.objects._fs.rm(fixture.objects._path(key))
    with pytest.raises(ValueError, match="part 1 of 160 bytes is missing"):
        fixture.storage.shape(place)
    with pytest.raises(FileNotFoundError):
        fixture.storage.read(place, digest)


def test_an_id_is_used_once(fixture: Fixture) -> None:
    fixture.write(np.arange(3.0))
    with pytest.raises(FileExistsError):
        fixture.write(np.arange(4.0))


def test_filenames_are_cut_like_arrays(fixture: Fixture) -> None:
    names = ["ä b.png", "日本/1.png", *(f"{row}.png" for row in range(50))]
    fixture.storage.write_filenames(DATASET, "2" * 24, names)
    assert len(fixture.objects.listing(f"{DATASET}/{'2' * 24}")) > 1
    (fixture.folder / "cache" / f"{'2' * 24}.arrow").unlink()
    assert fixture.storage.read_filenames(DATASET, "2" * 24).to_pylist() == names


def test_filenames_without_one_of_their_objects_are_missing(fixture: Fixture) -> None:
    fixture.storage.write_filenames(DATASET, "2" * 24, [f"{row}.png" for row in range(50)])
    (fixture.folder / "cache" / f"{'2' * 24}.arrow").unlink()
    fixture.objects._fs.rm(fixture.objects._path(fixture.objects.listing(DATASET)[2].key))
    with pytest.raises(FileNotFoundError):
        fixture.storage.read_filenames(DATASET, "2" * 24)


def test_what_is_not_of_al_core_is_not_listed_and_stays(fixture: Fixture) -> None:
    place, _ = fixture.write(np.arange(3.0))
    fixture.objects.write({"notes.txt": b"x", "images/cats/1.png": b"x"})
    assert [found for found, _ in fixture.storage.objects()] == [(DATASET, place.array_id)]
    fixture.storage.remove_dataset(DATASET)
    assert [one.key for one in fixture.objects.listing()] == ["images/cats/1.png", "notes.txt"]
