import numpy as np

from al_core.store import Kind, LocalDataset, NewModel


def test_a_score_without_a_model_gives_way_and_can_be_restored(dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SCORE, {"margin": np.zeros(6)})
    dataset.models.store(NewModel("first", {"margin": np.ones(6)}, task="classification"))
    [score] = dataset.arrays.all(Kind.SCORE)
    assert (score.name, dataset.arrays.read(score)[0]) == ("margin", 1.0)


def test_a_score_may_have_an_at_sign_in_its_name(dataset: LocalDataset) -> None:
    dataset.models.store(NewModel("first", {"margin@50": np.zeros(6)}, task="classification"))
    second = dataset.models.store(NewModel("second", {"margin@50": np.ones(6)}, task="classification"))
    assert [score.name for score in dataset.arrays.all(Kind.SCORE)] == ["margin@50@first", "margin@50"]
    assert list(second.scores) == ["margin@50"]
