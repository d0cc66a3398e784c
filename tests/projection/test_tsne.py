import numpy as np

from al_core.projection.tsne import tsne_2d


def test_two_far_groups_stay_apart_and_a_seed_repeats_the_layout() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.eye(2, 8), 20, axis=0) + rng.normal(0, 0.05, (40, 8))
    points = tsne_2d(groups, seed=1)
    first, second = points[:20], points[20:]
    between = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    within = max(np.linalg.norm(group - group.mean(axis=0), axis=1).max() for group in (first, second))
    assert between > within
    assert np.array_equal(points, tsne_2d(groups, seed=1))


def test_few_rows_are_laid_out_too() -> None:
    for n_rows in (1, 2, 3, 4, 5):
        assert tsne_2d(np.eye(n_rows, 6), seed=0).shape == (n_rows, 2)
