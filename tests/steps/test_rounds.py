import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.formats import Predictions
from al_core.steps.rounds import RoundState, newest_rounds, read_last_round, read_rounds
from al_core.store import INITIAL_TAG, Dataset, TagRole
from tests.conftest import FILENAMES


def select(dataset: Dataset, name: str, n_samples: int) -> workflow.Selection:
    return workflow.run_selection(dataset, SelectionConfig("RANDOM", n_samples, name=name, seed=1))


def upload(dataset: Dataset, name: str, probability: float) -> None:
    outputs = np.tile(np.array([probability, 1 - probability], np.float32), (6, 1))
    predictions = Predictions(FILENAMES, ["cat", "dog"], outputs)
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name=name)


def test_a_round_goes_from_draft_to_sent_to_back(dataset: Dataset) -> None:
    tag = select(dataset, "round 1", 3).tag
    [draft] = read_rounds(dataset)
    assert (draft.number, draft.name, draft.state, draft.model, draft.back_at) == (
        1,
        "round 1",
        RoundState.DRAFT,
        None,
        None,
    )
    dataset.mark_sent(tag)
    assert workflow.find_round(dataset, tag).state is RoundState.SENT
    back = dataset.create_tag("labels", draft.added_rows[:2])
    dataset.set_tag_role(back, TagRole.LABELED)
    [sent] = read_rounds(dataset)
    assert (sent.state, len(sent.back_rows), sent.missing_rows.tolist()) == (
        RoundState.SENT,
        2,
        draft.added_rows[2:].tolist(),
    )
    assert (sent.n_training, sent.back_at) == (2, back.created_at)
    dataset.release(dataset.tag("round 1"))
    assert read_rounds(dataset)[0].state is RoundState.RELEASED
    dataset.set_tag_role(tag, TagRole.LABELED)
    assert read_rounds(dataset)[0].state is RoundState.BACK


def test_the_last_round_alone_is_the_last_of_all(dataset: Dataset) -> None:
    assert read_last_round(dataset) is None
    for number, n_samples in enumerate((2, 3, 5), 1):
        tag = select(dataset, f"round {number}", n_samples).tag
        dataset.set_tag_role(tag, TagRole.LABELED)
        last = read_last_round(dataset)
        assert last is not None
        expected = read_rounds(dataset)[-1]
        assert (last.number, last.tag.id, last.state) == (number, tag.id, RoundState.BACK)
        assert last.added_rows.tolist() == expected.added_rows.tolist()
        assert last.n_training == expected.n_training == n_samples


def test_a_round_that_is_read_alone_is_that_of_all(dataset: Dataset) -> None:
    for number, n_samples in enumerate((2, 3, 5), 1):
        tag = select(dataset, f"round {number}", n_samples).tag
        dataset.set_tag_role(tag, TagRole.LABELED)
    rounds = read_rounds(dataset)
    for each in (*newest_rounds(dataset), *(workflow.find_round(dataset, each.tag) for each in rounds)):
        expected = rounds[each.number - 1]
        assert (each.name, each.n_training, each.state) == (expected.name, expected.n_training, expected.state)
        assert each.added_rows.tolist() == expected.added_rows.tolist()
    assert [each.n_training for each in newest_rounds(dataset)] == [5, 3, 2]


def test_what_did_not_come_back_becomes_a_tag_below_initial_tag(dataset: Dataset) -> None:
    select(dataset, "round 1", 3)
    [only] = workflow.rounds(dataset)
    missing = workflow.tag_missing(dataset, only)
    assert (missing.name, missing.rows.tolist()) == ("round 1 missing", sorted(only.added_rows.tolist()))
    assert (missing.parent_id, missing.role) == (dataset.tag(INITIAL_TAG).id, TagRole.REGION)
    dataset.set_tag_role(only.tag, TagRole.LABELED)
    with pytest.raises(InvalidInputError, match="all 3 images of round 'round 1' are labeled: none is missing"):
        workflow.tag_missing(dataset, workflow.rounds(dataset)[0])


def test_the_model_of_a_round_is_the_newest_one_before_the_next_selection(dataset: Dataset) -> None:
    upload(dataset, "cold", 0.9)
    first = select(dataset, "round 1", 2)
    dataset.set_tag_role(first.tag, TagRole.LABELED)
    upload(dataset, "try", 0.8)
    upload(dataset, "warm", 0.7)
    second = select(dataset, "round 2", 4)
    workflow.store_scores(dataset, np.arange(6), {"mine": np.zeros(6)})
    models = [each.model.name if each.model else None for each in workflow.rounds(dataset)]
    assert models == ["warm", None]
    dataset.set_tag_role(second.tag, TagRole.LABELED)
    upload(dataset, "hot", 0.6)
    rounds = workflow.rounds(dataset)
    assert [each.n_training for each in rounds] == [2, 4]
    assert rounds[1].model
    assert rounds[1].model.name == "hot"


def test_a_model_belongs_to_its_round_though_the_clock_was_set_back(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(2_000_000_000_000, 0, -1000))
    for module in ("transactions", "tags", "local_arrays"):
        monkeypatch.setattr(f"al_core.store.{module}.now", lambda: next(times))
    upload(dataset, "cold", 0.9)
    for number, n_samples in enumerate((2, 4), 1):
        tag = select(dataset, f"round {number}", n_samples).tag
        dataset.set_tag_role(tag, TagRole.LABELED)
        upload(dataset, f"model {number}", 0.9 - number / 10)
    assert [each.model.name if each.model else None for each in workflow.rounds(dataset)] == ["model 1", "model 2"]
    [array] = dataset.arrays.save("metadata", {"size": np.arange(6.0)})
    assert array == dataset.arrays.find("metadata", "size")
    assert array.created_at > dataset.models.all()[0].created_at > dataset.tag("round 2").created_at


def test_a_deleted_round_leaves_the_others(dataset: Dataset) -> None:
    first = select(dataset, "round 1", 2)
    select(dataset, "round 2", 2)
    dataset.delete_tag(first.tag)
    assert [(each.number, each.name) for each in workflow.rounds(dataset)] == [(1, "round 2")]
    with pytest.raises(NotFoundError, match="was not made by a selection"):
        workflow.find_round(dataset, dataset.tag(INITIAL_TAG))
