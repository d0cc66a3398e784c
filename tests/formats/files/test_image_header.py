import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, UnidentifiedImageError

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_header import image_size, open_image


def encoded(image: Image.Image, format_name: str, orientation: int = 1) -> io.BytesIO:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, format_name, exif=exif)
    file.seek(0)
    return file


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_rotated_image_swaps_width_and_height(format_name: str) -> None:
    assert image_size(encoded(Image.new("RGB", (30, 20)), format_name)) == (30, 20)
    assert image_size(encoded(Image.new("RGB", (30, 20)), format_name, orientation=6)) == (20, 30)


def test_the_size_of_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    Image.new("L", (3, 2)).save(tmp_path / "a.gif")
    assert image_size(tmp_path / "a.gif") == (3, 2)


def test_the_pixels_are_not_read() -> None:
    # A PNG that claims 360 megapixels and has none: reading them would fail.
    header = struct.pack(">IIBBBBB", 20_000, 18_000, 8, 6, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    )
    assert image_size(io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunks)) == (20_000, 18_000)


def test_what_is_no_image_is_named(tmp_path: Path) -> None:
    path = tmp_path / "note.png"
    path.write_text("hello")
    with pytest.raises(InvalidInputError, match=r"^note\.png cannot be read as an image; replace it or leave it out$"):
        image_size(path)


@pytest.mark.parametrize("content", [b"hello", b"%!PS-Adobe-3.0\n", b"P6 1 1 255 abc"])
def test_other_formats_are_refused_without_a_try(content: bytes) -> None:
    with pytest.raises(UnidentifiedImageError, match="is not an image of a known format"):
        open_image(io.BytesIO(content))
