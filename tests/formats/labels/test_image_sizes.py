from pathlib import Path

from PIL import Image

from al_core.formats.labels.image_sizes import ImageSizes


def test_a_size_comes_from_the_header_and_is_missing_where_there_is_no_image(tmp_path: Path) -> None:
    Image.new("L", (3, 2)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no image")
    sizes = ImageSizes(tmp_path)
    assert [sizes.of(name) for name in ("a.png", "b.png", "c.png", "../b.png")] == [(3, 2), None, None, None]
    assert sizes.of("elsewhere/set/a.png") == sizes.of("set\\a.png") == (3, 2)
    assert ImageSizes(None).of("a.png") is None


def test_a_name_without_a_suffix_is_that_of_the_image_with_one(tmp_path: Path) -> None:
    Image.new("L", (3, 2)).save(tmp_path / "scan_1.5.JPG")
    assert ImageSizes(tmp_path).of("scan_1.5") == (3, 2)
    assert ImageSizes(tmp_path).of("scan_1") is None
