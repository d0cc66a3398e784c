import numpy as np

from al_core.store.grow import padded


def test_new_samples_have_no_score() -> None:
    grown = padded(np.array([0.25, 0.5], np.float32), 3)
    np.testing.assert_array_equal(grown, np.array([0.25, 0.5, np.nan], np.float32))
    assert grown.dtype == np.float32


def test_whole_numbers_become_floats_that_can_be_missing() -> None:
    np.testing.assert_array_equal(padded(np.array([[640, 480]]), 2), [[640, 480], [np.nan, np.nan]])


def test_the_digests_of_new_samples_equal_no_other() -> None:
    grown = padded(np.zeros((1, 16), np.uint8), 100)
    assert grown.dtype == np.uint8
    assert len(np.unique(grown, axis=0)) == 100
