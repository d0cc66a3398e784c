import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.config import Goal, Novel, SamplingMethod, SelectionConfig, Similar, Typical
from al_core.exceptions import ALCoreWarning, Cancelled, InvalidInputError, MissingInputError
from al_core.selection import METHODS, GoalArrays, select

LINE = np.array([[0.0], [1.0], [5.0], [6.0], [6.0]])
SCORES = np.array([0.1, 0.9, 0.5, 0.9, 0.2])


def on_line(method: str, n_samples: int, **options: Any) -> list[int]:
    config = SelectionConfig(method, n_samples, normalize=False, seed=0, **options.pop("config", {}))
    rows: list[int] = select(LINE, config, scores=SCORES, **options).tolist()
    return rows


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_registered(method: str) -> None:
    assert set(METHODS) == set(SamplingMethod)
    assert sorted(on_line(method, 5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("method", METHODS)
def test_only_query_rows_are_selected_and_never_a_preselected_one(method: str) -> None:
    for query in ([0, 2, 4], [4, 2, 0]):
        assert sorted(on_line(method, 4, query_rows=np.array(query), preselected_rows=[1, 2])) == [0, 4]


@pytest.mark.parametrize("method", METHODS)
def test_min_distance_holds_against_preselected_and_added_rows(method: str) -> None:
    added = on_line(method, -1, preselected_rows=[0], config={"min_distance": 2})
    assert len(added) == 1
    assert added[0] in (2, 3, 4)


@pytest.mark.parametrize("method", METHODS)
def test_a_distance_of_exactly_min_distance_is_enough(method: str) -> None:
    assert sorted(on_line(method, -1, query_rows=np.array([0, 1, 2]), config={"min_distance": 1})) == [0, 1, 2]


@pytest.mark.parametrize("method", METHODS)
def test_a_tiny_min_distance_leaves_out_copies_alone(method: str) -> None:
    # Rows 3 and 4 are the same; as a float32 the square of 1e-300 is 0.
    assert len(on_line(method, -1, config={"min_distance": 1e-300})) == 4


@pytest.mark.parametrize("method", METHODS)
def test_a_huge_min_distance_leaves_one_row(method: str) -> None:
    assert len(on_line(method, -1, config={"min_distance": 1e300})) == 1


@pytest.mark.parametrize("method", METHODS)
def test_asking_for_more_than_exists_selects_all_and_warns_with_the_number(method: str) -> None:
    with pytest.warns(ALCoreWarning, match="asked for 9 new rows, but only 4 are left"):
        assert len(on_line(method, 10, preselected_rows=[1])) == 4


@pytest.mark.parametrize("method", METHODS)
def test_as_many_samples_as_are_preselected_adds_nothing(method: str) -> None:
    assert on_line(method, 2, preselected_rows=[1, 2]) == []


@pytest.mark.parametrize("method", METHODS)
def test_progress_ends_at_the_total_and_may_stop_the_work(method: str) -> None:
    calls = []
    on_line(method, 3, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (3, 3)

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        on_line(method, 3, progress=cancel)


@pytest.mark.parametrize("method", METHODS)
def test_float16_and_memory_mapped_embeddings_give_the_same_rows(method: str, tmp_path: Path) -> None:
    embeddings = np.random.default_rng(0).normal(size=(200, 5)).astype(np.float16)
    np.save(tmp_path / "e.npy", embeddings)
    config = SelectionConfig(method, 20, seed=3)
    scores = np.linspace(0, 1, 200)
    plain = select(embeddings.astype(np.float32), config, scores=scores)
    mapped = select(np.load(tmp_path / "e.npy", mmap_mode="r"), config, scores=scores)
    np.testing.assert_array_equal(plain, mapped)


def test_random_depends_on_the_seed_alone() -> None:
    first, again, other = (
        select(None, SelectionConfig("RANDOM", 50, seed=seed), query_rows=np.arange(1000)).tolist()
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_random_and_active_learning_need_no_embeddings() -> None:
    assert select(None, SelectionConfig("ACTIVE_LEARNING", 3), scores=SCORES).tolist() == [1, 3, 2]
    assert len(select(None, SelectionConfig("RANDOM", 3), query_rows=np.array([4, 5, 6]))) == 3


def test_missing_input_is_named_with_the_way_to_add_it() -> None:
    with pytest.raises(MissingInputError, match="pass query_rows, scores or embeddings"):
        select(None, SelectionConfig("RANDOM", 3))
    with pytest.raises(MissingInputError, match="upload predictions"):
        select(LINE, SelectionConfig("ACTIVE_LEARNING", 3))
    with pytest.raises(MissingInputError, match="add embeddings"):
        select(None, SelectionConfig("CORESET", 3), scores=SCORES)
    with pytest.raises(MissingInputError, match=r"min_distance 0\.5 needs embeddings"):
        select(None, SelectionConfig("RANDOM", 3, 0.5), scores=SCORES)


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("CORESET", {"preselected_rows": [5]}, "preselected_rows has row 5, but the dataset has rows 0 to 4"),
        ("CORESET", {"query_rows": np.array([-1])}, "query_rows has row -1; rows are numbered from 0"),
        ("CORESET", {"preselected_rows": [2, 2]}, "preselected_rows has row 2 more than once"),
        ("CORESET", {"query_rows": np.array([0.5])}, "query_rows is a list of row numbers, not float64"),
        ("CORESET", {"preselected_rows": [0, 1, 2, 3]}, "n_samples is 3, but 4 rows are preselected"),
        ("RANDOM", {"preselected_rows": [0, 1], "query_rows": np.array([0, 1])}, "nothing is left to select"),
    ],
)
def test_bad_rows_are_named(method: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        on_line(method, 3, **options)


@pytest.mark.parametrize(
    ("embeddings", "scores", "message"),
    [
        ([[1.0], [np.nan]], [0.0, 0.0], "the embedding of row 1 is not finite"),
        ([[1.0], [-np.inf]], [0.0, 0.0], "the embedding of row 1 is not finite"),
        ([[1.0], [0.0]], [0.0, 0.0], "the embedding of row 1 is all zeros"),
        ([[1.0], [1.0]], [0.0, 1.5], r"the score of row 1 is 1\.5"),
        ([[1.0], [1.0]], [np.nan, 1.0], "the score of row 0 is nan"),
        ([[1.0], [1.0]], [0.0, 1.0, 1.0], "there are 3 scores for 2 embeddings"),
        ([1.0, 1.0], [0.0, 0.0], r"floats of shape \(N, D\)"),
    ],
)
def test_bad_arrays_are_named(embeddings: Any, scores: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        select(np.array(embeddings), SelectionConfig("CORAL", 1), scores=np.array(scores))


def test_a_memory_map_whose_file_was_cut_short_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "e.npy", np.ones((1000, 8), np.float32))
    embeddings = np.load(tmp_path / "e.npy", mmap_mode="r")
    os.truncate(tmp_path / "e.npy", 5000)
    with pytest.raises(InvalidInputError, match="ends after 5000: it was cut short"):
        select(embeddings, SelectionConfig("CORESET", 3))


def test_a_bad_row_outside_the_query_set_does_no_harm() -> None:
    embeddings = np.array([[1.0, 0.0], [np.nan, 0.0], [0.0, 1.0]])
    assert select(embeddings, SelectionConfig("CORESET", 2), query_rows=np.array([0, 2])).tolist() == [0, 2]


def test_distances_are_between_unit_vectors_unless_told_otherwise() -> None:
    embeddings = np.array([[1.0, 0.0], [9.0, 0.0], [1.0, 1.0]])
    assert select(embeddings, SelectionConfig("CORESET", 2)).tolist() == [0, 2]
    assert select(embeddings, SelectionConfig("CORESET", 2, normalize=False)).tolist() == [0, 1]


def test_embeddings_and_scores_may_be_lists() -> None:
    rows: Any = [[0.0], [1.0], [5.0], [6.0]]
    assert select(rows, SelectionConfig("CORESET", 3, normalize=False)).tolist() == [0, 3, 1]
    scores: Any = [0.1, 0.9]
    assert select(None, SelectionConfig("ACTIVE_LEARNING", 1), scores=scores).tolist() == [1]


@pytest.mark.parametrize("goals", [[], [Typical()], [Novel()], [Similar("cat")]])
@pytest.mark.parametrize("coral", ["herding", "product"])
@pytest.mark.parametrize("method", [method for method in METHODS if method != "RANDOM"])
def test_every_method_picks_the_one_row_there_is(method: str, coral: Any, goals: list[Goal]) -> None:
    config = SelectionConfig(method, 1, coral=coral, goals=goals)
    arrays = GoalArrays(vectors={"cat": np.array([[1.0, 0.0]])})
    assert select(np.array([[3.0, 4.0]]), config, scores=np.array([0.5]), arrays=arrays).tolist() == [0]
