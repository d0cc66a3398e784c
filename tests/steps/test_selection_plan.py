import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.steps.selection_plan import SelectionInputs, config_of_method, make_selection
from al_core.store import Dataset, TagRole


@pytest.mark.parametrize(("n_samples", "n_tests", "asked"), [(30, 3, 27), (30, 0, 30), (2, 3, 0)])
def test_test_samples_are_not_for_the_method_to_pick(n_samples: int, n_tests: int, asked: int) -> None:
    config = SelectionConfig("RANDOM", n_samples, name="any", test_share=0.1)
    assert config_of_method(config, n_tests).n_samples == asked


def test_without_a_limit_there_is_nothing_to_subtract() -> None:
    config = SelectionConfig("CORESET", -1, 0.5, name="any", test_share=0.1)
    assert config_of_method(config, 3) == config


def test_a_selection_of_labeled_and_sent_samples_begins_below_initial_tag(dataset: Dataset) -> None:
    dataset.set_tag_role(dataset.create_tag("done", np.array([0])), TagRole.LABELED)
    first = make_selection(dataset, SelectionConfig("RANDOM", 2, name="first", seed=1), SelectionInputs())
    dataset.mark_sent(first.tag)
    other = make_selection(
        dataset,
        SelectionConfig("RANDOM", 3, name="other", seed=1),
        SelectionInputs(dataset.create_tag("end", np.arange(6))),
    )
    assert other.tag.parent_id == first.tag.id
    dataset.set_tag_role(dataset.create_tag("more", np.array([5])), TagRole.LABELED)
    chosen = SelectionInputs().chosen(dataset)
    assert chosen.tolist() == sorted({0, 5, *first.added_rows.tolist()})
    assert SelectionInputs(follows_rounds=False).chosen(dataset).tolist() == []
