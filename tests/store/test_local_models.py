from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError, NotFoundError
from al_core.store import Kind, LocalDataset, Model, NewModel, Workspace
from al_core.store.backup import restore_backup
from tests.store.contents import content_of

TASK = "classification"


def classifier(name: str, value: float, *, scores: tuple[str, ...] = ("margin", "entropy")) -> NewModel:
    return NewModel(
        name,
        {score: np.full(6, value) for score in scores},
        task=TASK,
        kind=Kind.PREDICTION,
        predictions=np.full((6, 2), value, np.float32),
        n_samples=6,
        attributes={"source": f"{name}.csv"},
    )


def scores_of_tag(name: str, value: float) -> NewModel:
    return NewModel("initial-tag 10:30", {name: np.full(6, value)}, n_samples=6, attributes={"tag": "initial-tag"})


def score_values(dataset: LocalDataset) -> dict[str, float]:
    scores: list[Any] = dataset.arrays.all(Kind.SCORE)
    return {score.name: float(dataset.arrays.read(score)[0]) for score in scores}


def names(models: list[Model]) -> list[str]:
    return [model.name + ("*" if model.is_current else "") for model in models]


def test_the_newest_model_of_a_task_has_the_plain_names_and_the_one_before_keeps_its_scores(
    dataset: LocalDataset,
) -> None:
    dataset.models.store(classifier("first", 0.25))
    second = dataset.models.store(classifier("second", 0.5, scores=("margin",)))
    assert names(dataset.models.all()) == ["second*", "first"]
    assert score_values(dataset) == {"margin@first": 0.25, "entropy@first": 0.25, "margin": 0.5}
    assert second.predictions == dataset.arrays.get(Kind.PREDICTION, "second")
    assert (second.task, second.n_samples, second.attributes) == (TASK, 6, {"source": "second.csv"})
    contents = [content_of(dataset, array) or b"" for array in (second.predictions, second.scores["margin"])]
    assert second.n_bytes == sum(map(len, contents))


def test_the_same_predictions_of_classes_with_other_names_are_another_model(dataset: LocalDataset) -> None:
    numbered = {"task": TASK, "class_names": ("class_0", "class_1"), "source": "first.npy"}
    first = dataset.models.store(replace(classifier("first", 0.25), prediction_attributes=numbered))
    moved = {**numbered, "source": "copy of first.npy"}
    assert dataset.models.store(replace(classifier("first", 0.25), prediction_attributes=moved)).id == first.id
    named = {**numbered, "class_names": ("cat", "dog")}
    second = dataset.models.store(replace(classifier("first", 0.25), prediction_attributes=named))
    assert names(dataset.models.all()) == ["first (2)*", "first"]
    assert second.predictions
    assert second.predictions.attributes["class_names"] == ["cat", "dog"]


def test_an_earlier_model_is_made_current_again(dataset: LocalDataset) -> None:
    first = dataset.models.store(classifier("first", 0.25))
    dataset.models.store(classifier("second", 0.5))
    assert dataset.models.make_current(first).is_current
    assert names(dataset.models.all()) == ["second", "first*"]
    assert score_values(dataset) == {"margin": 0.25, "entropy": 0.25, "margin@second": 0.5, "entropy@second": 0.5}
    assert dataset.models.current(TASK) == dataset.models.get("first")


def test_models_of_two_tasks_are_current_at_once_and_a_common_name_is_the_newer_ones(dataset: LocalDataset) -> None:
    dataset.models.store(classifier("first", 0.25))
    detector = NewModel("boxes", {"margin": np.ones(6)}, task="object-detection")
    dataset.models.store(detector)
    assert names(dataset.models.all()) == ["boxes*", "first*"]
    assert score_values(dataset) == {"margin@first": 0.25, "entropy": 0.25, "margin": 1.0}


def test_a_score_of_the_contract_overwrites_its_name_and_nothing_else(dataset: LocalDataset) -> None:
    dataset.models.store(classifier("first", 0.25))
    dataset.models.store(scores_of_tag("margin", 0.75))
    assert score_values(dataset) == {"margin@first": 0.25, "entropy": 0.25, "margin": 0.75}
    # Lightly's clients send one score per request.
    dataset.models.store(scores_of_tag("mine", 0.125))
    assert names(dataset.models.all()) == ["initial-tag 10:30*", "first*"]
    # Once more, because its answer was lost.
    assert not dataset.models.store(scores_of_tag("margin", 0.75)).is_new
    assert names(dataset.models.all()) == ["initial-tag 10:30*", "first*"]
    dataset.models.store(scores_of_tag("margin", 0.875))
    assert names(dataset.models.all()) == ["initial-tag 10:30 (2)*", "initial-tag 10:30*", "first*"]
    assert score_values(dataset)["margin@initial-tag 10:30"] == 0.75
    dataset.models.make_current(dataset.models.get("first"))
    assert names(dataset.models.all()) == ["initial-tag 10:30 (2)", "initial-tag 10:30*", "first*"]


@pytest.mark.files_only
def test_a_file_sent_twice_is_stored_once(dataset: LocalDataset) -> None:
    first = dataset.models.store(classifier("first", 0.25))
    dataset.models.store(classifier("second", 0.5))
    again = dataset.models.store(classifier("first", 0.25))
    assert (again.id, again.is_current) == (first.id, True)
    assert len(dataset.models.all()) == 2
    assert len([path for path in dataset._folder.rglob("*.npy") if path.parent.name == Kind.SCORE]) == 4


def test_another_content_under_a_used_name_gets_a_number(dataset: LocalDataset) -> None:
    dataset.models.store(classifier("first", 0.25))
    assert dataset.models.store(classifier("first", 0.5)).name == "first (2)"
    assert score_values(dataset)["margin@first"] == 0.25


def test_a_new_name_is_that_of_its_predictions_and_scores_too(dataset: LocalDataset) -> None:
    first = dataset.models.store(classifier("first", 0.25))
    dataset.models.store(classifier("second", 0.5))
    renamed = dataset.models.rename(first, "week 29")
    assert renamed.predictions == dataset.arrays.get(Kind.PREDICTION, "week 29")
    assert score_values(dataset)["margin@week 29"] == 0.25
    with pytest.raises(AlreadyExistsError, match="there is already a model named 'second'"):
        dataset.models.rename(renamed, "second")
    with pytest.raises(InvalidInputError, match="model name '' is not allowed"):
        dataset.models.rename(renamed, "")


def test_after_a_deleted_model_the_newest_left_is_current_until_it_is_restored(dataset: LocalDataset) -> None:
    dataset.models.store(classifier("first", 0.25))
    second = dataset.models.store(classifier("second", 0.5))
    dataset.models.delete(second)
    assert score_values(dataset) == {"margin": 0.25, "entropy": 0.25}
    assert names(dataset.models.all()) == ["first*"]
    [deleted] = dataset.models.deleted()
    assert deleted.name == "second"
    restored = dataset.models.restore(deleted.id)
    assert (restored.id, restored.is_current, restored.created_at) == (second.id, True, second.created_at)
    assert score_values(dataset) == {"margin": 0.5, "entropy": 0.5, "margin@first": 0.25, "entropy@first": 0.25}
    assert dataset.arrays.read(dataset.arrays.get(Kind.PREDICTION, "second"))[0, 0] == 0.5
    with pytest.raises(NotFoundError, match="cannot be restored"):
        dataset.models.restore(deleted.id)
    with pytest.raises(NotFoundError, match="has been deleted"):
        dataset.models.rename(Model("0" * 24, "gone", "", 6, True, None, {}, 0, {}, 0), "other")


def test_a_deleted_score_whose_model_is_gone_comes_back_without_it(workspace: Workspace, dataset: LocalDataset) -> None:
    first = dataset.models.store(classifier("first", 0.25))
    dataset.arrays.delete(Kind.SCORE, "margin")
    score = workspace.tombstones.all()[0]
    dataset.models.delete(first)
    workspace.tombstones.restore(score.id)
    assert dataset.arrays.get(Kind.SCORE, "margin").model_id is None


def test_a_model_grows_with_its_dataset_and_a_shorter_one_is_refused(dataset: LocalDataset) -> None:
    dataset.models.store(classifier("first", 0.25))
    dataset.samples.add("g.png", {})
    dataset.grow("week 30")
    [model] = dataset.models.all()
    values: NDArray[Any] = dataset.arrays.read(model.scores["margin"])
    np.testing.assert_array_equal(values, [*[0.25] * 6, np.nan])
    with pytest.raises(NotAllowedError, match="7 samples by now"):
        dataset.models.store(classifier("second", 0.5))
    assert names(dataset.models.all()) == ["first*"]


@pytest.mark.files_only
def test_models_are_in_a_backup(workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset.models.store(classifier("first", 0.25))
    dataset.models.store(classifier("second", 0.5))
    path = workspace.home.parent / "backup.tar"
    assert workspace.back_up(path) == []
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    assert restore_backup(path, workspace.home.parent / "copy", None) == []
    with Workspace(workspace.home.parent / "copy") as copied:
        assert copied.dataset("line").models.all() == dataset.models.all()
        assert list(copied.doctor.examine()) == []


def test_a_deleted_dataset_takes_its_models_along(
    workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset.models.store(classifier("first", 0.25))
    workspace.delete_dataset("line")
    monkeypatch.setenv("AL_CORE_RETENTION_HOURS", "0")
    with Workspace(workspace.home) as later:
        later.tombstones.remove_expired(is_due=True)
        assert later.datasets() == []
