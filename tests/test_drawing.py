import numpy as np
import pytest

from al_core import SelectionConfig, drawing, workflow
from al_core.exceptions import MissingInputError
from al_core.store import Dataset


def test_without_the_extra_one_sentence_says_how_to_get_it(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "find_spec", lambda name: None)
    with pytest.raises(MissingInputError, match=r"not installed: pip install 'al-core\[notebook\]'"):
        dataset.map()


def test_a_dataset_and_a_selection_draw_themselves(dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="two"))
    assert dataset.map(method="PCA").selected == []
    drawn = selection.show()
    np.testing.assert_array_equal(drawn.selected_rows, [])
