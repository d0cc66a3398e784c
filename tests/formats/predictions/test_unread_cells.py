from typing import Any

import pytest

from al_core.formats.predictions.unread_cells import unread_cells
from al_core.formats.tables.sample import sample_of_texts, sample_of_values


@pytest.mark.parametrize("cell", ["0.25 0.75", "0.25,0.75", "25; 75", "[[0.25 0.75]]", "1e-3|-2"])
def test_numbers_without_brackets_or_with_too_many_are_named(cell: str) -> None:
    finding = unread_cells([sample_of_texts("filename", ["a.jpg"]), sample_of_texts("probs", [cell])])
    assert finding is not None
    assert finding.sentence().startswith(
        f"The column 'probs' has several numbers in a cell, such as {cell!r}: write them in one pair of brackets"
    )


def test_cells_with_percent_signs_are_named() -> None:
    finding = unread_cells([sample_of_texts("cat", ["12.5%", "50%"])])
    assert finding is not None
    assert finding.what == "percent-signs"


@pytest.mark.parametrize("cell", ["a.jpg", "0,25", "2024-01-31", 0.5, "cat"])
def test_other_cells_are_nothing_that_a_person_may_have_meant(cell: Any) -> None:
    assert unread_cells([sample_of_values("x", [cell])]) is None
