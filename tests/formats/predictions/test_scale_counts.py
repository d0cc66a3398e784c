import numpy as np
import pytest

from al_core.formats.predictions.scale_counts import Scale, ScaleCounts

CLOSED = [[0.25, 0.75], [0.5, 0.5], [1, 0]]
PERCENT = [[25, 75], [50, 50], [100, 0]]
LOGITS = [[0, 2], [-5, 5], [2, -7]]
MATRICES = {
    Scale.PROBABILITIES: CLOSED,
    Scale.INDEPENDENT: [[0.9, 0.8], [0.1, 0.2], [0.5, 0.9]],
    Scale.PERCENT: PERCENT,
    Scale.LOG: np.log(np.array(CLOSED) + 1e-30).tolist(),
    Scale.LOGITS: LOGITS,
    Scale.UNCLEAR: [[3, 4], [5, 6], [0, 9]],
}


@pytest.mark.parametrize("scale", MATRICES)
def test_counts_of_rows_tell_the_scale_and_those_of_parts_add_up(scale: Scale) -> None:
    matrix = np.array(MATRICES[scale], np.float32)
    counts = ScaleCounts.of(matrix)
    assert counts.scale() == scale
    assert ScaleCounts.of(matrix[:1]) + ScaleCounts.of(matrix[1:]) == counts


def test_most_rows_decide_whichever_part_they_are_in() -> None:
    assert (
        ScaleCounts.of(np.array(CLOSED)) + ScaleCounts.of(np.array([*PERCENT, [1, 99]], float))
    ).scale() == Scale.PERCENT


def test_rows_that_are_not_finite_do_not_count() -> None:
    damaged = ScaleCounts.of(np.array([[np.nan, 3], [np.inf, 1]]))
    assert (damaged.n_rows, damaged.scale()) == (0, Scale.PROBABILITIES)
    both = damaged + ScaleCounts.of(np.array(LOGITS, float))
    assert (both.n_rows, both.scale(), both.span()) == (3, Scale.LOGITS, "between -7 and 5")
