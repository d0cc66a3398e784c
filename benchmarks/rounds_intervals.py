"""How often the intervals of `rounds.py` hold the truth."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from al_core.evaluation import difference, post_stratified, share_interval
from benchmarks.rounds_projects import Project
from benchmarks.rounds_tables import Measured, holds, remembered, table

TEST_LABELS = (10, 20, 50, 100)


def intervals(all_projects: list[Project], folder: Path, n_redraws: int) -> str:
    """Return the coverage of the truth per number of test labels; a cell is one model.

    Shares are enumerated: how often a sample holds so many right predictions is hypergeometric. The others are redrawn.
    """
    cells: dict[tuple[str, int], list[float]] = defaultdict(list)
    for project in all_projects:
        if project.test_share or project.is_long or project.method != "CORAL":
            continue
        file = folder / f"intervals-{n_redraws}" / f"{project.variant}-{project.seed}.json"
        for each in remembered(file, partial(coverages, project, n_redraws)):
            cells[str(each["interval"]), int(each["n_tests"])].append(float(each["coverage"]))
    rows = [
        [name, str(n), f"{100 * np.mean(values):.1f}", f"{100 * min(values):.1f}", str(len(values))]
        for (name, n), values in sorted(cells.items())
    ]
    return table(["interval", "test labels", "coverage %", "worst model %", "models"], rows)


def coverages(project: Project, n_redraws: int) -> Iterator[Measured]:
    """Yield how often each interval about each model holds the truth."""
    rng = np.random.default_rng(project.seed)
    # A population is fixed before anything is trained on; here, what no round was trained on.
    population = project.untrained
    for number in range(2, len(project.n_labels), 4):
        right = project.is_right[number, population]
        before = project.is_right[number - 1, population]
        sure = project.confidence[number, population]
        for n_tests in TEST_LABELS:
            exact = enumerated_coverage(int(right.sum()), len(right), n_tests)
            covered: dict[str, list[bool]] = defaultdict(list)
            for _ in range(n_redraws):
                drawn = rng.choice(len(population), n_tests, replace=False)
                weighted = post_stratified(right[drawn], sure[drawn], sure)
                covered["post-stratified"].append(holds(weighted, right.mean()))
                gain = difference(before[drawn], right[drawn])
                covered["paired difference"].append(holds(gain, right.mean() - before.mean()))
            shares = {"share": exact, **{name: float(np.mean(hits)) for name, hits in covered.items()}}
            for name, coverage in shares.items():
                yield {"interval": name, "n_tests": n_tests, "coverage": coverage}


def enumerated_coverage(n_right: int, size: int, n_tests: int) -> float:
    """Return how often the interval of a share holds the truth, over all samples of a population."""
    from scipy.stats import hypergeom

    hits = [holds(share_interval(number, n_tests), n_right / size) for number in range(n_tests + 1)]
    return float(hypergeom.pmf(np.arange(n_tests + 1), size, n_right, n_tests) @ hits)
