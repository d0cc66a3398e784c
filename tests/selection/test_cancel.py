"""Between two looks at whether somebody wants to stop lies little work: counted, because time hangs on the machine."""

import numpy as np
import pytest

from al_core.config import Novel, SelectionConfig
from al_core.geometry.threads import n_cores
from al_core.selection import bounds, farthest_first, select
from al_core.selection.spacing import RowSpacing
from tests.geometry.test_cancel import Work

# As many tasks as are submitted ahead may begin before the next look.
MOST_BETWEEN_LOOKS = 2 * n_cores()


@pytest.mark.parametrize("goals", [(), (Novel(),)])
def test_points_are_compared_with_many_labeled_ones_block_by_block(
    monkeypatch: pytest.MonkeyPatch, goals: tuple[Novel, ...]
) -> None:
    blocks = Work(lambda self, points, drop: len(points))
    monkeypatch.setattr(farthest_first, "_ROW_WORK", 0)
    monkeypatch.setattr(bounds.Bounds, "_refresh_block", blocks.counted(bounds.Bounds._refresh_block))
    monkeypatch.setattr(bounds, "_BLOCK_POINTS", 64)
    embeddings = np.random.default_rng(0).normal(size=(6_000, 40)).astype(np.float32)
    config = SelectionConfig("CORESET", 2_010, normalize=False, goals=goals)
    rows = select(embeddings, config, preselected_rows=np.arange(2_000), progress=blocks.progress)
    assert len(rows) == 10
    assert max(blocks.sizes) <= 64
    assert blocks.longest <= MOST_BETWEEN_LOOKS


def test_a_plain_loop_looks_between_labeled_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    from al_core.geometry import kernels

    kernels.load()
    from al_core.selection import loop_kernels

    monkeypatch.setattr(farthest_first, "_quickest", lambda task: farthest_first.compiled_farthest_first)
    embeddings = np.random.default_rng(0).normal(size=(1_000, 4)).astype(np.float32)
    # What calls `lower` is compiled before a plain function stands in its place.
    select(embeddings, SelectionConfig("CORESET", 2, normalize=False))
    centers = Work(lambda points, center, *rest: 1)
    monkeypatch.setattr(loop_kernels, "lower", centers.counted(loop_kernels.lower))
    config = SelectionConfig("CORESET", 510, normalize=False)
    select(embeddings, config, preselected_rows=np.arange(500), progress=centers.progress)
    assert len(centers.sizes) == 500
    assert centers.longest <= 64


def test_rows_that_are_passed_over_are_no_reason_not_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    # All rows are alike: one is picked, and 999 are asked for.
    asked = Work(lambda self, row: 1)
    monkeypatch.setattr(RowSpacing, "admits", asked.counted(RowSpacing.admits))
    config = SelectionConfig("RANDOM", 999, min_distance=0.5, seed=0)
    rows = select(np.ones((1_000, 4), np.float32), config, progress=asked.progress)
    assert len(rows) == 1
    assert len(asked.sizes) == 1_000
    assert asked.longest <= 64


def test_a_graph_of_its_own_can_be_stopped() -> None:
    # Without a graph CORAL makes one, before its first pick.
    seen: list[int] = []
    embeddings = np.random.default_rng(0).normal(size=(2_000, 8)).astype(np.float32)
    select(
        embeddings,
        SelectionConfig("CORAL", 5, seed=0),
        scores=np.ones(2_000),
        progress=lambda done, total: seen.append(done),
    )
    # Four blocks of 512 rows, and the block in which all rows are read.
    assert seen.count(0) >= 5
    assert seen == sorted(seen)
