import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.formats.choices import ReadingChoices
from al_core.formats.predictions.map_scale import MapScale, conversion, map_scale, softmax_of_pixels

PIXEL = np.array([[[0.25, 0.75]]])


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (PIXEL, MapScale.PROBABILITIES),
        (PIXEL[:, :, :1], MapScale.PROBABILITIES),
        (np.array([[[0.75, 0.5]]]), MapScale.INDEPENDENT),
        (np.log(PIXEL), MapScale.LOG),
        (np.array([[[4.0, 2.0]]]), MapScale.LOGITS),
        (np.array([[[-4.0]]]), MapScale.LOGITS),
    ],
)
def test_the_range_and_the_sums_of_pixels_tell_what_they_are(values: NDArray[np.floating], scale: MapScale) -> None:
    assert map_scale([values]) is scale


def test_one_odd_map_does_not_turn_the_others() -> None:
    assert map_scale([PIXEL, PIXEL, 10 * PIXEL]) is MapScale.PROBABILITIES


def test_logarithms_are_turned_into_probabilities_unasked() -> None:
    convert, findings = conversion(MapScale.LOG, ReadingChoices())
    assert convert is not None
    np.testing.assert_allclose(convert(np.log(PIXEL)), PIXEL, rtol=1e-6)
    assert [finding.what for finding in findings] == ["log-probabilities"]


@pytest.mark.parametrize("scale", [MapScale.LOGITS, MapScale.INDEPENDENT])
def test_what_is_no_distribution_is_refused_or_used_as_it_is(scale: MapScale) -> None:
    assert [str(finding.severity) for finding in conversion(scale, ReadingChoices())[1]] == ["refusal"]
    convert, findings = conversion(scale, ReadingChoices(softmax=False))
    assert convert is None
    assert [str(finding.severity) for finding in findings] == ["note"]


def test_a_softmax_of_probabilities_is_refused() -> None:
    convert, findings = conversion(MapScale.PROBABILITIES, ReadingChoices(softmax=True))
    assert convert is None
    assert [finding.what for finding in findings] == ["softmax-of-probabilities"]


def test_the_softmax_does_not_overflow() -> None:
    assert softmax_of_pixels(np.array([[[1000.0, -1000.0]]])).tolist() == [[[1, 0]]]
    assert softmax_of_pixels(np.array([[[-1000.0]]])).tolist() == [[[0]]]
