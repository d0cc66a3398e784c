import numpy as np

from al_core.steps.provenance import changes, source_of
from al_core.store import Dataset, Kind, Provenance
from al_core.store.provenance import ArraySource


def test_a_source_is_the_name_and_the_content_of_an_array(dataset: Dataset) -> None:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    assert source_of(stored) == ArraySource("mine", stored.digest)
    assert source_of(None) is None


def test_a_result_says_which_of_its_inputs_were_deleted_or_replaced(dataset: Dataset) -> None:
    [score] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    embedding = dataset.arrays.get(Kind.EMBEDDING, "default")
    provenance = Provenance(embedding=source_of(embedding), score=source_of(score))
    assert changes(dataset, provenance) == ()
    dataset.arrays.save(Kind.SCORE, {"mine": np.ones(6)})
    dataset.arrays.delete(Kind.EMBEDDING, "default")
    assert changes(dataset, provenance) == (
        "embedding 'default' has been deleted since",
        "score 'mine' has been replaced since",
    )


def test_the_same_content_stored_again_is_no_change(dataset: Dataset) -> None:
    [score] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    assert changes(dataset, Provenance(score=source_of(score))) == ()
