import numpy as np
import pytest

from al_core.formats import Policy, Predictions, join_report
from al_core.formats.join.in_order import OrderedSamples, report_in_order

SAMPLES = ["a.png", "b.png", "c.png", "d.png"]
MATRIX = np.array([[0.25, 0.75], [np.nan, 1], [0.5, 0.25], [1, 0]], np.float32)


def names(rows: np.ndarray) -> list[str]:
    return [SAMPLES[row] for row in rows.tolist()]


@pytest.mark.parametrize("policy", Policy)
def test_the_report_says_what_that_of_a_file_without_filenames_says(policy: Policy) -> None:
    predictions = Predictions(None, ["cat", "dog"], MATRIX)
    expected = join_report(SAMPLES, predictions, policy=policy, source="p.npy")
    empty = Predictions(None, ["cat", "dog"], MATRIX[:0])
    samples = OrderedSamples(np.arange(4), 4, names)
    report = report_in_order(samples, empty, predictions.bad_rows(), policy=policy, source="p.npy")
    assert report.sentences() == expected.sentences()
    assert report.rows.tolist() == expected.rows.tolist()
    assert {**report.to_json(), "details": 0} == {**expected.to_json(), "details": 0}
    assert report.usable == expected.usable


def test_samples_without_a_row_are_named() -> None:
    predictions = Predictions(None, ["cat", "dog"], MATRIX[[0, 3]])
    expected = join_report(SAMPLES, predictions.with_filenames(["d.png", "b.png"], "p.npy"), source="p.npy")
    samples = OrderedSamples(np.array([3, 1]), 4, names)
    bad = predictions.bad_rows()
    report = report_in_order(samples, predictions, bad, policy=Policy.SKIP, source="p.npy")
    assert report.sentences() == expected.sentences()
    assert report.missing == ["a.png", "c.png"]
