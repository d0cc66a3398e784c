import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.embedding import decoding
from al_core.embedding.decoding import MAX_PIXELS, read_reduced
from al_core.exceptions import FileFormatError

GRAY_PNG, RGB_PNG, RGBA_PNG = 0, 2, 6


def png_that_claims(width: int, height: int, color_type: int) -> bytes:
    """Return a PNG whose header is sound; the pixels it claims are missing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def float_tiff_that_claims(width: int, height: int) -> bytes:
    """Return a TIFF of 32-bit floats whose header is sound; the pixels it claims are missing."""
    # Tag, type (3: uint16, 4: uint32), count, value; in the order of the tags, as TIFF 6.0 wants them.
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 32),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, width * height * 4 % 2**32),
        (339, 3, 1, 3),
    ]
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + struct.pack("<I", 0)


def encoded(image: Image.Image, format_name: str, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, format_name, **options)
    file.seek(0)
    return file


@pytest.mark.parametrize(("width", "height"), [(15_000, 15_000), (60_000, 60_000), (1, 2**31 - 1)])
def test_more_pixels_than_allowed_are_refused_before_they_are_read(width: int, height: int) -> None:
    assert width * height > MAX_PIXELS
    with pytest.raises(FileFormatError, match=r"pixels are more than 200,000,000; reduce it first"):
        read_reduced(io.BytesIO(png_that_claims(width, height, GRAY_PNG)), 8)


@pytest.mark.parametrize(
    "file", [png_that_claims(14_000, 14_000, RGBA_PNG), png_that_claims(14_000, 14_000, RGB_PNG)], ids=["RGBA", "RGB"]
)
def test_a_png_that_takes_too_much_memory_is_refused_before_it_is_read(file: bytes) -> None:
    with pytest.raises(FileFormatError, match="decoding it takes 784 MB of memory, more than 640; reduce it first"):
        read_reduced(io.BytesIO(file), 8)


def test_a_tiff_of_floats_counts_four_bytes_per_pixel() -> None:
    with pytest.raises(FileFormatError, match="decoding it takes 800 MB of memory"):
        read_reduced(io.BytesIO(float_tiff_that_claims(20_000, 10_000)), 8)


def test_a_progressive_jpeg_counts_the_coefficients_of_its_full_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 64 * 64 * 6)
    image = Image.new("RGB", (64, 64))
    # An eighth of each side, four bytes a pixel, passes; with 64 · 64 · 3 coefficients of two bytes it does not.
    assert read_reduced(encoded(image, "JPEG"), 8).picture.size == (8, 8)
    with pytest.raises(FileFormatError, match="more than"):
        read_reduced(encoded(image, "JPEG", progressive=True), 8)


def test_only_large_images_wait_for_a_place_to_decode(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []

    @contextmanager
    def recorded() -> Iterator[None]:
        entered.append("large")
        yield

    monkeypatch.setattr(decoding, "LARGE_BYTES", 64 * 64 * 4)
    monkeypatch.setattr(decoding, "large_decoding", recorded())
    read_reduced(encoded(Image.new("RGB", (64, 64)), "PNG"), 8)
    assert entered == []
    read_reduced(encoded(Image.new("RGB", (64, 65)), "PNG"), 8)
    assert entered == ["large"]


def test_two_large_images_are_decoded_at_a_time() -> None:
    assert decoding.large_decoding.acquire(blocking=False)
    assert decoding.large_decoding.acquire(blocking=False)
    try:
        assert not decoding.large_decoding.acquire(blocking=False)
    finally:
        decoding.large_decoding.release(2)


MEASURE_PEAK = """
import io, resource, sys
from PIL import Image
from al_core.embedding.decoding import read_reduced

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

read_reduced(open(sys.argv[1], "rb"), 8)
before = peak()
read_reduced(open(sys.argv[2], "rb"), 8)
print(peak() - before)
"""


@pytest.mark.parametrize(("mode", "suffix"), [("RGBA", "png"), ("F", "tif"), ("I;16", "png"), ("P", "png")])
def test_no_second_image_of_full_size_is_in_memory(tmp_path: Path, mode: str, suffix: str) -> None:
    side = 6_000
    large = tmp_path / f"large.{suffix}"
    options = {"compression": "tiff_lzw"} if suffix == "tif" else {"compress_level": 1}
    Image.new(mode, (side, side)).save(large, **options)
    small = tmp_path / f"small.{suffix}"
    Image.new(mode, (16, 16)).save(small, **options)
    command = [sys.executable, "-c", MEASURE_PEAK, str(small), str(large)]
    kilobytes = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    decoded = side**2 * decoding.BYTES_PER_PIXEL.get(mode, 4)
    # What is added is the strip in work: four million pixels, of up to 24 bytes while floats are scaled.
    assert kilobytes * 1024 < decoded + 110e6


def test_strips_give_the_pixels_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 150, 4), np.uint8)
    for file in (
        encoded(Image.fromarray(pixels), "PNG"),
        encoded(Image.fromarray(pixels[..., 0].astype(np.uint16) * 257), "PNG"),
        encoded(Image.fromarray(pixels[..., 0].astype(np.float32)), "TIFF"),
    ):
        whole = read_reduced(file, 20).picture
        monkeypatch.setattr(decoding, "STRIP_PIXELS", 1_000)
        file.seek(0)
        assert read_reduced(file, 20).picture == whole
        monkeypatch.undo()


def test_floats_that_are_not_finite_are_black_and_infinity_white() -> None:
    values = np.array([[np.nan, -np.inf, np.inf, 1.0, 3.0]], np.float32)
    picture = read_reduced(encoded(Image.fromarray(values), "TIFF"), 8).picture
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 0, 255, 0, 255]


def test_floats_without_any_finite_value_are_black() -> None:
    values = np.full((2, 2), np.nan, np.float32)
    assert not np.asarray(read_reduced(encoded(Image.fromarray(values), "TIFF"), 8).picture).any()


def test_pillow_keeps_its_own_limit_for_the_rest_of_the_process() -> None:
    code = "from PIL import Image; limit = Image.MAX_IMAGE_PIXELS; import al_core.embedding.images as i; "
    code += "assert Image.MAX_IMAGE_PIXELS == limit"
    subprocess.run([sys.executable, "-c", code], check=True)
