import numpy as np
import pytest

from al_core.demos import composed_scenes


@pytest.fixture(scope="module")
def drawn() -> composed_scenes.Scenes:
    return composed_scenes.draw()


def test_digits_of_a_scene_do_not_touch(drawn: composed_scenes.Scenes) -> None:
    for digits in drawn.digits:
        gaps = np.abs(digits[:, None, 1:] - digits[None, :, 1:]).max(axis=2)
        assert (gaps[~np.eye(len(digits), dtype=bool)] > composed_scenes.DIGIT).all()


def test_the_same_seed_draws_the_same_scenes(drawn: composed_scenes.Scenes) -> None:
    assert (composed_scenes.draw().pictures == drawn.pictures).all()


def test_scenes_are_photographs_in_color_and_the_model_sees_their_brightness(drawn: composed_scenes.Scenes) -> None:
    assert drawn.pictures.shape == (composed_scenes.N_SCENES, 224, 224, 3)
    channels = drawn.pictures[drawn.pictures.max(axis=3) < 100]
    assert (channels.max(axis=1) - channels.min(axis=1)).mean() > 10
    corner = drawn.pictures[0, : composed_scenes.ENLARGED, : composed_scenes.ENLARGED]
    assert drawn.pixels[0, 0, 0] == pytest.approx(corner.mean() / 255, abs=1e-6)
