import numpy as np
import pytest

from al_core import workflow
from al_core.steps.score_range import range_finding
from al_core.store import Dataset
from tests.conftest import FILENAMES


@pytest.mark.parametrize(
    ("scores", "what"),
    [
        ([1, 1, 1], "score-constant"),
        ([0.90, 0.94, np.nan], "score-narrow"),
        ([0.90, 0.96], None),
        ([0.5, np.nan], None),
        ([np.nan], None),
        ([], None),
    ],
)
def test_a_score_ranks_if_it_ranges_over_a_twentieth_of_its_scale(scores: list[float], what: str | None) -> None:
    finding = range_finding("mine", np.array(scores, float))
    assert (finding.what if finding else None) == what


def test_a_finding_says_what_the_score_is_and_what_to_do() -> None:
    finding = range_finding("mine", np.array([0.9, 0.94]))
    assert finding is not None
    assert finding.sentence() == (
        "Score 'mine' lies between 0.900 and 0.940 for every image: differences that small may be chance, so look at "
        "other scores first."
    )


def test_stored_scores_are_looked_at_by_name(dataset: Dataset) -> None:
    rows = np.arange(len(FILENAMES))
    workflow.store_scores(dataset, rows, {"flat": np.full(len(rows), 0.25), "steep": np.linspace(0, 1, len(rows))})
    [finding] = workflow.range_findings(dataset, ["flat", "steep", "not there"])
    assert finding.text == (
        "Score 'flat' is 0.250 for every image: it ranks none before another, so choose another score"
    )
