from pathlib import Path

import pytest

from al_core.objects.folder_objects import FolderObjects, objects_in
from al_core.objects.objects import ByteRange, Objects


@pytest.fixture
def folder(tmp_path: Path) -> FolderObjects:
    (tmp_path / "b").write_bytes(b"0123456789")
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "below").mkdir()
    return FolderObjects(tmp_path)


def test_files_are_listed_by_name_without_folders(folder: FolderObjects, tmp_path: Path) -> None:
    assert [(one.key, one.n_bytes) for one in folder.listing()] == [("a", 3), ("b", 10)]
    assert folder.listing("b") == folder.listing()[1:]
    assert (
        folder.listing("c") == FolderObjects(tmp_path / "nowhere").listing() == FolderObjects(tmp_path / "a").listing()
    )


def test_ranges_are_as_long_as_asked_for(folder: FolderObjects) -> None:
    assert folder.read_ranges([ByteRange("b", 2, 5), ByteRange("a", 0, 3)]) == [b"234", b"abc"]
    with pytest.raises(EOFError, match="b is shorter than it should be: bytes 8 to 11 did not come"):
        folder.read_ranges([ByteRange("b", 8, 11)])
    with pytest.raises(FileNotFoundError):
        folder.read_ranges([ByteRange("c", 0, 1)])


def test_a_place_is_an_address_or_a_folder(tmp_path: Path) -> None:
    assert isinstance(objects_in(str(tmp_path)), FolderObjects)
    assert isinstance(objects_in("s3://bucket/prefix"), Objects)
