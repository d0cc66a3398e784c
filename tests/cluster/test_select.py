"""Shards in this process: the mathematics of a cluster, quickly; `test_dask_cluster` has the processes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.cluster import quality, select, sharded_vectors
from al_core.cluster.in_process import InProcessCluster
from al_core.config import SamplingMethod, SelectionConfig, Typical
from al_core.exceptions import Cancelled, InvalidInputError, MissingInputError, NotAllowedError
from al_core.selection import quality as quality_here
from al_core.selection import select as select_here
from tests.cluster.contract import ALONE, CASES, VECTORS, config_of, id_of, inputs_of, is_refused
from tests.cluster.forgetful import ForgetfulCluster

CUTS = {1: [], 2: [3], 3: [10, 400], 7: [50, 51, 60, 300, 301, 590]}
"""Uneven shards of 600 rows by their number."""


@pytest.mark.parametrize(("method", "form", "options"), CASES, ids=id_of)
def test_every_method_picks_the_rows_of_one_machine(method: SamplingMethod, form: dict[str, Any], options: str) -> None:
    rng = np.random.default_rng(0)
    embeddings = VECTORS["near duplicates"](rng, 600, 12).astype(np.float32)
    inputs = inputs_of(rng, embeddings)
    config = config_of(method, form, options, 60)
    if is_refused(method, form, options):
        with pytest.raises(NotAllowedError, match=r"a balance .* run this selection without a cluster"):
            select(InProcessCluster(2), embeddings, config, **inputs)
        return
    expected = select_here(embeddings, config, **inputs).tolist()
    for n_shards, cuts in CUTS.items():
        assert select(InProcessCluster(n_shards, cuts), embeddings, config, **inputs).tolist() == expected
        assert select(InProcessCluster(n_shards), embeddings, config, **inputs).tolist() == expected


@settings(max_examples=60)
@given(st.data())
def test_small_shapes_with_ties_give_the_rows_of_one_machine(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, dim = data.draw(st.integers(8, 120)), data.draw(st.integers(1, 20))
    embeddings = VECTORS[data.draw(st.sampled_from(sorted(VECTORS)))](rng, n, dim)
    embeddings = embeddings.astype(data.draw(st.sampled_from([np.float16, np.float32, np.float64])))
    inputs = inputs_of(rng, embeddings)
    cuts = sorted(data.draw(st.sets(st.integers(1, n - 1), max_size=6)))
    method, form, options = data.draw(st.sampled_from([case for case in CASES if not is_refused(*case)]))
    n_labeled = len(inputs["preselected_rows"])
    n_candidates = len(np.setdiff1d(inputs["query_rows"], inputs["preselected_rows"]))
    config = config_of(method, form, options, n_labeled + data.draw(st.integers(1, n_candidates)))
    expected = select_here(embeddings, config, **inputs).tolist()
    cluster = data.draw(st.sampled_from([InProcessCluster, ForgetfulCluster]))(len(cuts) + 1, cuts)
    assert select(cluster, embeddings, config, **inputs).tolist() == expected


@pytest.mark.parametrize(("method", "form", "_"), ALONE, ids=id_of)
def test_shards_that_are_read_again_in_the_middle_change_no_row(
    method: SamplingMethod, form: dict[str, Any], _: str
) -> None:
    rng = np.random.default_rng(1)
    embeddings = VECTORS["normal"](rng, 3_000, 16)
    inputs = inputs_of(rng, embeddings)
    config = config_of(method, form, "min_distance", 700)
    expected = select_here(embeddings, config, **inputs).tolist()
    assert select(ForgetfulCluster(3), embeddings, config, **inputs).tolist() == expected


def test_nothing_labeled_and_no_query_set() -> None:
    embeddings = VECTORS["grid"](np.random.default_rng(2), 900, 3).astype(np.float32)
    config = SelectionConfig("CORESET", 40)
    assert select(InProcessCluster(4), embeddings, config).tolist() == select_here(embeddings, config).tolist()


def test_raw_vectors_are_compared_as_they_are() -> None:
    embeddings = VECTORS["normal"](np.random.default_rng(2), 900, 5) * 100
    config = SelectionConfig("CORESET", 40, normalize=False)
    assert select(InProcessCluster(4), embeddings, config).tolist() == select_here(embeddings, config).tolist()


def test_a_row_that_cannot_be_measured_is_named_as_on_one_machine() -> None:
    embeddings = np.ones((40, 3))
    embeddings[31] = 0
    config = SelectionConfig("CORESET", 4)
    with pytest.raises(InvalidInputError, match="the embedding of row 31 is all zeros"):
        select_here(embeddings, config)
    with pytest.raises(InvalidInputError, match="the embedding of row 31 is all zeros"):
        select(InProcessCluster(3), embeddings, config)


def test_a_selection_stops_where_progress_says_so() -> None:
    def stop(done: int, total: int) -> None:
        if done > 5:
            raise Cancelled("stop")

    embeddings = VECTORS["normal"](np.random.default_rng(2), 900, 5)
    with pytest.raises(Cancelled):
        select(InProcessCluster(2), embeddings, SelectionConfig("CORESET", 400), progress=stop)


def test_more_vectors_than_one_process_should_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharded_vectors, "_MOST_GATHERED", 4_000)
    embeddings = VECTORS["normal"](np.random.default_rng(2), 900, 5)
    config = SelectionConfig("CORESET", 40, goals=(Typical(),))
    with pytest.raises(NotAllowedError, match="compares 900 samples with each other on one machine"):
        select(InProcessCluster(2), embeddings, config)


@pytest.mark.parametrize("cuts", CUTS.values())
def test_vectors_that_come_in_pieces_are_put_together_in_order(
    monkeypatch: pytest.MonkeyPatch, cuts: list[int]
) -> None:
    monkeypatch.setattr(sharded_vectors, "_READ_BYTES", 4 * 5 * 7)
    embeddings = VECTORS["normal"](np.random.default_rng(2), 600, 5).astype(np.float32)
    config = SelectionConfig("CORAL", 30, seed=1)
    inputs: dict[str, Any] = {"scores": np.linspace(0, 1, 600), "preselected_rows": [599, 4, 301]}
    chosen = select(InProcessCluster(len(cuts) + 1, cuts), embeddings, config, **inputs)
    assert chosen.tolist() == select_here(embeddings, config, **inputs).tolist()


def test_a_method_without_what_it_needs_says_what_it_says_on_one_machine() -> None:
    with pytest.raises(MissingInputError, match=r"CORESET with min_distance .* needs embeddings"):
        select(InProcessCluster(2), None, SelectionConfig("CORESET", 4), scores=np.ones(9))
    with pytest.raises(MissingInputError, match="ACTIVE_LEARNING needs scores"):
        select(InProcessCluster(2), np.ones((9, 2)), SelectionConfig("ACTIVE_LEARNING", 4))


@pytest.mark.parametrize("labeled", [[], [3, 800]])
def test_quality_is_that_of_one_machine(labeled: list[int]) -> None:
    embeddings = VECTORS["normal"](np.random.default_rng(2), 900, 5)
    options: dict[str, Any] = {
        "rows": np.array([5, 899, 40]),
        "preselected_rows": labeled,
        "query_rows": np.arange(0, 900, 7),
        "scores": np.linspace(0, 1, 900),
    }
    expected = quality_here(embeddings, **options)
    assert expected.covering_radius
    assert quality(InProcessCluster(4), embeddings, **options) == expected


def test_quality_where_a_row_has_no_direction_is_that_of_one_machine() -> None:
    embeddings = np.vstack([np.eye(4), np.zeros((1, 4))])
    for rows in (np.array([0, 4]), np.array([1, 2])):
        expected = quality_here(embeddings, rows=rows)
        assert expected.covering_radius is None
        assert quality(InProcessCluster(2), embeddings, rows=rows) == expected


def test_quality_of_nothing_is_that_of_one_machine() -> None:
    embeddings = np.ones((9, 2))
    nothing = np.empty(0, np.int64)
    assert quality(InProcessCluster(2), embeddings, rows=nothing) == quality_here(embeddings, rows=nothing)
