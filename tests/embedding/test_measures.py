import numpy as np
import pytest

from al_core.embedding.measures import measure, sharpness


def test_brightness_is_the_mean_and_signal_to_noise_the_mean_by_the_deviation() -> None:
    # Mean of 0 and 200 is 100, their deviation 100.
    measured = measure(np.array([[0, 200], [200, 0]], np.uint8))
    assert (measured["brightness"], measured["signal_to_noise"]) == (100.0, 1.0)


def test_sharpness_is_the_variance_of_the_laplacian_in_64_bits() -> None:
    gray = np.random.default_rng(0).integers(0, 256, (50, 70), np.uint8)
    levels = gray.astype(np.int64)
    neighbors = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    assert sharpness(gray) == pytest.approx((neighbors - 4 * levels[1:-1, 1:-1]).var())


def test_a_flat_image_has_neither_sharpness_nor_signal_to_noise() -> None:
    assert measure(np.full((9, 9), 50, np.uint8)) == {"sharpness": 0.0, "brightness": 50.0, "signal_to_noise": 0.0}


def test_a_chessboard_has_the_largest_laplacian() -> None:
    # Every inner pixel differs from its four neighbors by 255: the Laplacian is +-1020, its variance 1020 squared.
    board = ((np.indices((6, 6)).sum(axis=0) % 2) * 255).astype(np.uint8)
    assert sharpness(board) == 1020.0**2


def test_blur_lowers_sharpness() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32), np.uint8)
    blurred = ((image[:-1].astype(int) + image[1:]) // 2).astype(np.uint8)
    assert sharpness(blurred) < sharpness(image)


@pytest.mark.parametrize("shape", [(1, 1), (2, 50), (50, 2)])
def test_images_too_small_for_a_laplacian_have_no_sharpness(shape: tuple[int, int]) -> None:
    assert sharpness(np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)) == 0.0
