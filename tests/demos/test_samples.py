from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits as scikit_learns_digits
from sklearn.datasets import load_sample_images

from al_core.demos.samples import PHOTO_FOLDER, load_digits, load_photos

NOTICE = Path(__file__).resolve().parents[2] / "NOTICE"


def test_digits_and_the_last_photos_are_those_that_scikit_learn_loads() -> None:
    images, labels = load_digits()
    theirs = scikit_learns_digits()
    assert np.array_equal(images * 16, theirs.images)
    assert np.array_equal(labels, theirs.target)
    for ours, photo in zip(load_photos()[-2:], load_sample_images().images, strict=True):
        assert np.array_equal(ours, photo)


def test_each_bundled_photograph_has_its_author_and_license_in_notice() -> None:
    notice = NOTICE.read_text()
    names = [path.name for path in PHOTO_FOLDER.iterdir()]
    assert len(names) == 12
    assert [name for name in names if f"    {name}: " not in notice] == []


def test_photographs_and_recordings_take_less_than_three_megabytes() -> None:
    folders = (PHOTO_FOLDER, PHOTO_FOLDER.parent / "recordings")
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) < 3_000_000
