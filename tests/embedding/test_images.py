from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from al_core.embedding.images import decode, list_images, read_upright
from al_core.exceptions import FileFormatError, InvalidInputError

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(folder: Path, image: Image.Image, name: str = "image.png", **options: Any) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def middle(path: Path, size: int = 8) -> tuple[int, ...]:
    return tuple(decode(path, size).pixels[size // 2, size // 2].tolist())


def two_halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (64, 64), left)
    image.paste(right, (32, 0, 64, 64))
    return image


def test_the_middle_square_is_kept(tmp_path: Path) -> None:
    image = Image.new("RGB", (300, 100), RED)
    image.paste(GREEN, (100, 0, 200, 100))
    # The outermost pixels are interpolated with what lies beyond the square.
    assert (decode(saved(tmp_path, image), 10).pixels[1:-1, 1:-1] == GREEN).all()


def test_width_height_and_file_size_are_those_of_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("RGB", (30, 20)))
    metadata = decode(path, 8).metadata
    assert (metadata["width"], metadata["height"], metadata["file_size"]) == (30, 20, path.stat().st_size)


@pytest.mark.parametrize(
    ("orientation", "corners"),
    [
        (1, (RED, BLUE)),
        (2, (BLUE, RED)),
        (3, (BLUE, RED)),
        (4, (RED, BLUE)),
        (5, (RED, RED)),
        (6, (RED, RED)),
        (7, (BLUE, BLUE)),
        (8, (BLUE, BLUE)),
    ],
)
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_images_are_rotated_as_exif_says(
    tmp_path: Path, orientation: int, corners: tuple[object, object], suffix: str
) -> None:
    # Left red, right blue: what stands in the two upper corners after each of the eight orientations.
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(saved(tmp_path, two_halves(RED, BLUE), f"image{suffix}", exif=exif), 16).pixels
    assert (tuple(pixels[0, 0].tolist()), tuple(pixels[0, -1].tolist())) == corners


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_a_rotated_image_swaps_width_and_height(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    metadata = decode(saved(tmp_path, Image.new("RGB", (30, 20)), f"image{suffix}", exif=exif), 8).metadata
    assert (metadata["width"], metadata["height"]) == (20, 30)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    image = Image.new("L" if mode in ("I;16", "I", "F") else "RGB", (20, 20))
    # Pillow before 13 writes YCbCr without compression shorter than it says.
    compression = "jpeg" if mode == "YCbCr" else "raw"
    path = saved(tmp_path, image.convert(mode), "image.tif", compression=compression)
    assert decode(path, 8).pixels.shape == (8, 8, 3)


def test_gray_levels_and_palettes_become_their_colors(tmp_path: Path) -> None:
    assert middle(saved(tmp_path, Image.new("L", (20, 20), 77))) == (77, 77, 77)
    assert middle(saved(tmp_path, Image.new("RGB", (20, 20), BLUE).convert("P"), "image.gif")) == BLUE


def test_colors_hidden_by_transparency_do_not_shine_through_when_reduced(tmp_path: Path) -> None:
    hidden = np.zeros((2000, 2000, 4), np.uint8)
    hidden[::2] = 255
    assert (decode(saved(tmp_path, Image.fromarray(hidden)), 8).pixels == WHITE).all()


def test_a_share_of_the_middle_square_may_be_cut(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 100), RED)
    image.paste(GREEN, (175, 25, 225, 75))
    assert (decode(saved(tmp_path, image), 50, crop=0.5).pixels == GREEN).all()


def test_transparent_parts_are_white_whatever_color_lies_below(tmp_path: Path) -> None:
    assert middle(saved(tmp_path, Image.new("RGBA", (20, 20), (255, 0, 0, 0)))) == WHITE


def test_the_transparent_color_of_a_palette_is_white(tmp_path: Path) -> None:
    assert middle(saved(tmp_path, Image.new("P", (20, 20), 0), transparency=0)) == WHITE


def test_sixteen_bits_keep_their_brightness(tmp_path: Path) -> None:
    values = np.full((20, 20), 128 * 256, np.uint16)
    assert middle(saved(tmp_path, Image.fromarray(values))) == (128, 128, 128)


def test_float_pixels_reach_from_black_to_white(tmp_path: Path) -> None:
    values = np.full((20, 20), -3.0, np.float32)
    values[5:15, 5:15] = 7.0
    pixels = decode(saved(tmp_path, Image.fromarray(values), "image.tif"), 20).pixels
    assert (pixels[0, 0, 0], pixels[10, 10, 0]) == (0, 255)


def test_cmyk_becomes_the_color_it_prints(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "image.jpg")
    assert np.abs(np.subtract(middle(path), RED)).max() < 8


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".tif"])
def test_an_animation_is_its_first_frame(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in (GREEN, BLUE)]
    path = saved(tmp_path, frames[0], f"image{suffix}", save_all=True, append_images=frames[1:], lossless=True)
    assert middle(path) == GREEN


def test_a_hundred_megapixels_are_read_in_reduced_form(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("L", (10_000, 10_000), 77), "image.jpg")
    image = decode(path, 224)
    assert image.pixels.shape == (224, 224, 3)
    assert image.metadata["width"] * image.metadata["height"] == 1e8
    assert image.metadata["brightness"] == pytest.approx(77, abs=1)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 0.8])
def test_files_cut_short_are_refused_with_their_name(tmp_path: Path, suffix: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8))
    content = saved(tmp_path, noise, f"whole{suffix}").read_bytes()
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(FileFormatError, match=rf"cut\{suffix} cannot be read: "):
        decode(path, 8)


def test_text_is_not_an_image(tmp_path: Path) -> None:
    path = tmp_path / "note.jpg"
    path.write_text("hello")
    with pytest.raises(FileFormatError, match="is not an image of a known format"):
        decode(path, 8)


def test_equal_files_have_equal_digests_and_others_do_not(tmp_path: Path) -> None:
    first, second = saved(tmp_path, Image.new("L", (9, 9))), saved(tmp_path, Image.new("L", (9, 9), 1), "other.png")
    copy = tmp_path / "copy.png"
    copy.write_bytes(first.read_bytes())
    assert decode(first, 8).digest == decode(copy, 8).digest != decode(second, 8).digest


def test_images_are_found_below_the_folder_in_order_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("b.PNG", "a/z.jpeg", "note.txt", ".hidden/c.png", "a/.d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list_images(tmp_path) == ["a/z.jpeg", "b.PNG"]


def test_a_folder_without_images_says_what_an_image_is(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"contains no image; images end in \.bmp, \.gif"):
        list_images(tmp_path)


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="is not a folder"):
        list_images(saved(tmp_path, Image.new("L", (1, 1))))


def test_one_pixel_is_an_image(tmp_path: Path) -> None:
    assert middle(saved(tmp_path, Image.new("RGB", (1, 1), BLUE))) == BLUE


def test_pixels_are_those_of_pillow(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    for resampling in ("bicubic", "bilinear", "lanczos"):
        expected = Image.fromarray(pixels).resize((224, 224), Image.Resampling[resampling.upper()])
        decoded = decode(saved(tmp_path, Image.fromarray(pixels)), 224, resampling=resampling)
        assert (decoded.pixels == np.asarray(expected)).all()


def test_an_image_as_large_as_the_models_input_is_measured_on_that_input(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    path = saved(tmp_path, Image.fromarray(pixels))
    # Another size or crop measures the same middle square, reduced to 224 pixels.
    usual, other = decode(path, 224).metadata, decode(path, 100, crop=0.9).metadata
    assert usual == other


def test_read_upright_keeps_the_whole_image_and_turns_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_upright(saved(tmp_path, Image.new("RGB", (30, 20)), exif=exif), 10)
    assert picture.size == (20, 30)
