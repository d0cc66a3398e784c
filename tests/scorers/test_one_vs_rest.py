import numpy as np
import pytest

from al_core.scorers.one_vs_rest import highest_patch, one_vs_rest_entropy


def test_binary_entropies_of_all_classes_add_up() -> None:
    # H2(1/2) = 1 and H2(1/4) = 0.8113 twice, of at most 3 H2(1/3) = 3 · 0.9183.
    entropy = one_vs_rest_entropy(np.array([[0.5, 0.25, 0.25], [1 / 3] * 3, [0, 1, 0]]))
    np.testing.assert_allclose(entropy, [2.6226 / 2.7549, 1, 0], atol=1e-4)


def test_the_kernel_for_many_pixels_agrees_with_numpy() -> None:
    pixels = np.random.default_rng(0).dirichlet(np.ones(5), 20_000).astype(np.float32)
    np.testing.assert_allclose(one_vs_rest_entropy(pixels)[:50], one_vs_rest_entropy(pixels[:50]), atol=1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_pixel_that_is_not_finite_scores_0(bad: float) -> None:
    assert one_vs_rest_entropy(np.array([[bad, 0.5], [0.5, 0.5]])).tolist() == [0, 1]


def test_a_small_doubtful_place_stands_out_in_the_highest_patch() -> None:
    pixels = np.zeros((64, 64))
    pixels[10:18, 20:28] = 1
    # The doubtful square lies in four patches of 8 x 8; most of it, 6 x 4 pixels, in the second and fourth.
    assert highest_patch(pixels) == 24 / 64
    assert pixels.mean() == 64 / 4096


@pytest.mark.parametrize("shape", [(1, 1), (1, 100), (9, 3), (8, 8), (17, 16)])
def test_every_pixel_lies_in_one_patch_whatever_the_shape(shape: tuple[int, int]) -> None:
    assert highest_patch(np.ones(shape)) == 1
    for row, column in np.ndindex(shape):
        pixels = np.zeros(shape)
        pixels[row, column] = 1
        assert highest_patch(pixels) > 0
