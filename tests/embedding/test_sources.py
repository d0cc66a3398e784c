import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from al_core.embedding import load_model
from al_core.embedding.embed import BrokenImage, embed
from al_core.embedding.sources import FolderImages, ObjectImages, image_source
from al_core.exceptions import InvalidInputError, WorkspaceError
from al_core.objects.objects import ObjectInfo, Objects
from tests.buckets import client, new_bucket, use_endpoint
from tests.embedding.models import mean_color

NAMES = ["a b.png", "day 1/ä+%20.png", "日本/1.JPG"]


def png(color: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def objects(s3: str, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """Three images, and what is none."""
    use_endpoint(monkeypatch, s3)
    objects = Objects(f"s3://{new_bucket(s3)}/images of today")
    objects.write({name: png() for name in NAMES})
    objects.write({"notes.txt": b"x", ".hidden/a.png": png(), "empty.png": b"", "deep/../a.png": png()})
    bucket = objects.address.split("/")[2]
    client(s3).put_object(Bucket=bucket, Key="images of today but not below/a.png", Body=png())
    return objects


def test_the_images_below_an_address_are_listed_by_their_keys(objects: Objects, tmp_path: Path) -> None:
    found: list[tuple[int, int]] = []
    source = ObjectImages(objects.address, tmp_path)
    assert source.filenames(lambda done, total: found.append((done, total))) == sorted(NAMES)
    assert found == [(0, 3)]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys behind which listings began, with one object on each page."""
    pages = Objects.pages
    asked: list[str] = []

    def one_by_one(self: Objects, after: str = "") -> Iterator[list[ObjectInfo]]:
        asked.append(after)
        for page in pages(self, after):
            yield from ([one] for one in page)

    monkeypatch.setattr(Objects, "pages", one_by_one)
    return asked


def interrupt(done: int, total: int) -> None:
    if total == 2:
        raise KeyboardInterrupt


def test_a_listing_that_was_interrupted_goes_on_behind_the_last_key(
    objects: Objects, tmp_path: Path, asked: list[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        ObjectImages(objects.address, tmp_path).filenames(interrupt)
    [draft] = tmp_path.iterdir()
    # A process that is killed while it writes leaves half a line.
    with draft.open("ab") as file:
        file.write(b'\n{"stamps": {')
    source = ObjectImages(objects.address, tmp_path)
    assert source.filenames() == sorted(NAMES)
    assert asked == ["", NAMES[1]]
    assert all(source.stamp(name) for name in NAMES)


def test_what_is_listed_behind_half_a_line_is_not_listed_again(
    objects: Objects, tmp_path: Path, asked: list[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        ObjectImages(objects.address, tmp_path).filenames(interrupt)
    [draft] = tmp_path.iterdir()
    # The page of the second image was cut short.
    draft.write_bytes(draft.read_bytes()[:-5])
    with pytest.raises(KeyboardInterrupt):
        ObjectImages(objects.address, tmp_path).filenames(interrupt)
    assert ObjectImages(objects.address, tmp_path).filenames() == sorted(NAMES)
    assert asked == ["", NAMES[0], NAMES[1]]


def test_a_listing_that_an_earlier_version_left_begins_anew(objects: Objects, tmp_path: Path, asked: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        ObjectImages(objects.address, tmp_path).filenames(interrupt)
    [draft] = tmp_path.iterdir()
    # It did not write behind which page another came.
    draft.write_bytes(b'{"stamps": {"gone.png": "1:1"}, "after": "gone.png"}\n')
    assert ObjectImages(objects.address, tmp_path).filenames() == sorted(NAMES)
    assert asked == ["", ""]


def test_a_listing_beside_another_that_ends_first_forgets_no_image(
    objects: Objects, tmp_path: Path, asked: list[str]
) -> None:
    def end_other(done: int, total: int) -> None:
        if total == 1:
            assert ObjectImages(objects.address, tmp_path).filenames() == sorted(NAMES)
        interrupt(done, total)

    with pytest.raises(KeyboardInterrupt):
        ObjectImages(objects.address, tmp_path).filenames(end_other)
    assert ObjectImages(objects.address, tmp_path).filenames() == sorted(NAMES)


def test_every_page_is_asked_for(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, s3)
    objects = Objects(f"s3://{new_bucket(s3)}")
    objects.write({f"{number:04}.png": b"x" for number in range(1001)})
    assert [len(page) for page in objects.pages()] == [1000, 1]
    assert [one.key for page in objects.pages("0998.png") for one in page] == ["0999.png", "1000.png"]


def test_an_address_without_images_is_refused(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, s3)
    with pytest.raises(InvalidInputError, match="contains no image; images end in"):
        image_source(f"s3://{new_bucket(s3)}").filenames()


def test_objects_are_embedded_like_files(objects: Objects) -> None:
    source = ObjectImages(objects.address)
    objects.write({"broken.png": b"no image"})
    results = list(embed([source.file(name) for name in [*NAMES, "broken.png", "gone.png"]], load_model(mean_color)))
    assert [source.filename(one.path) for one in results] == [*NAMES, "broken.png", "gone.png"]
    assert [isinstance(one, BrokenImage) for one in results] == [False] * 3 + [True] * 2


def test_a_bucket_that_goes_ends_the_run_and_breaks_no_image(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    def go(self: Objects, key: str) -> bytes:
        raise self._failure("cannot be read (Connection reset)", "try again")

    monkeypatch.setattr(Objects, "read_whole", go)
    source = ObjectImages(objects.address)
    with pytest.raises(WorkspaceError, match="Connection reset"):
        list(embed([source.file(NAMES[0])], load_model(mean_color)))


def test_a_folder_is_a_source_too(tmp_path: Path) -> None:
    (tmp_path / "day 1").mkdir()
    (tmp_path / "day 1" / "a.png").write_bytes(png())
    source = image_source(tmp_path)
    assert isinstance(source, FolderImages)
    assert source.filenames() == ["day 1/a.png"]
    assert source.filename(source.file("day 1/a.png")) == "day 1/a.png"
    before = source.stamp("day 1/a.png")
    (tmp_path / "day 1" / "a.png").write_bytes(png("blue") + b" ")
    assert source.stamp("day 1/a.png") != before
