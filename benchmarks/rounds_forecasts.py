"""What forecasts of `rounds.py` say after 4, 6 and 9 rounds, beside what the rest of the project shows."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from al_core.evaluation import Forecast, LearningCurve, Statistic, forecast
from benchmarks.power_law import PowerLaw, fit_power_law
from benchmarks.rounds_projects import Project
from benchmarks.rounds_tables import Measured, holds, remembered, share, table

CALIBRATED = ("digits", "fashion")
"""On these the width of ranges was chosen."""
TEST_LABELS = (50, 100, 300, 500, 1000)
LAST_ROUNDS = (3, 5, 8)
AHEAD = (2, 4, 6)
NEVER = 0
"""In the place of rounds ahead: a target that the project does not reach in all its rounds."""
BEYOND = 0.015


@dataclass(frozen=True)
class Trial:
    """One forecast and what came.

    Attributes:
        is_calibrated: Whether the width of ranges was chosen on this data.
        n_tests: Test labels it rests on.
        ahead: In how many rounds the target is reached.
        speaks: Whether a range for the target is given.
        range_holds: Whether it holds the truth; for a target that is never reached, whether it ends after all rounds.
        least_holds: Whether the target takes as many labels as are named at least.
        gain_speaks: Whether the gain of the next batch is told.
        gain_holds: Whether its range holds the step of the project's own curve.
        mean_holds: Whether it holds that of the mean project.
    """

    is_calibrated: bool
    n_tests: int
    ahead: int
    speaks: bool
    range_holds: bool
    least_holds: bool
    gain_speaks: bool
    gain_holds: bool
    mean_holds: bool


def curve_through(some: list[Project]) -> PowerLaw:
    """Return the curve through all rounds but the cold first, later ones too, on the whole population.

    It is what is expected of labels, without the luck of one training run.
    """
    accuracies = np.mean([project.is_right[:, project.untrained].mean(axis=1) for project in some], axis=0)
    weights = 1 / (accuracies * (1 - accuracies))
    return fit_power_law(some[0].n_labels[1:].astype(np.float64), accuracies[None, 1:], weights[1:])


def trials(project: Project, mean_curve: PowerLaw) -> Iterator[Trial]:
    """Yield the forecasts of one project."""
    population = project.untrained
    own_curve = curve_through([project])
    n_labels = project.n_labels.astype(np.float64)
    rng = np.random.default_rng(project.seed)
    # Curves on what is left over by a method may fall in the end: no accuracy of any round reaches this.
    never = float(project.is_right[:, population].mean(axis=1).max()) + BEYOND
    for last in LAST_ROUNDS:
        steps = [
            float((curve.accuracy(n_labels[last + 1]) - curve.accuracy(n_labels[last]))[0])
            for curve in (own_curve, mean_curve)
        ]
        for n_tests in TEST_LABELS:
            if n_tests > len(population):
                continue
            drawn = population[rng.choice(len(population), n_tests, replace=False)]
            curve = LearningCurve(project.n_labels[: last + 1], project.is_right[: last + 1, drawn])
            for ahead in (*AHEAD, NEVER):
                target = float(own_curve.accuracy(n_labels[last + ahead])[0]) if ahead else never
                result = forecast(curve, target=target, n_next=int(n_labels[0]), seed=project.seed)
                reached = n_labels[last + ahead] - n_labels[last] if ahead else np.inf
                yield _trial(project, (n_tests, ahead), result, reached, steps, n_labels[-1] - n_labels[last])


def _trial(
    project: Project, asked: tuple[int, int], result: Forecast, reached: float, steps: list[float], n_left: float
) -> Trial:
    needed = result.needed
    range_holds = holds(needed, reached) if np.isfinite(reached) else bool(needed.speaks and needed.high >= n_left)
    return Trial(
        project.variant in CALIBRATED,
        *asked,
        needed.speaks,
        range_holds,
        bool(least_of(needed) <= reached + 1e-6),
        result.gain.speaks,
        *(holds(result.gain, step) for step in steps),
    )


def least_of(needed: Statistic) -> float:
    """Return the lower end of the labels to a target, which a refusal says in words."""
    if needed.speaks:
        return needed.low
    named = re.match(r"(?:at least|more than|anything from) ([\d,]+)", needed.reason)
    if named:
        return float(named[1].replace(",", ""))
    return float("inf") if "levels off" in needed.reason else 0.0


def forecasts(all_projects: list[Project], folder: Path) -> str:
    """Return how often forecasts refuse, and how often their ranges hold the truth where they speak."""
    plain = [project for project in all_projects if not project.test_share and not project.is_long]
    of_kind: dict[tuple[str, str], list[Project]] = defaultdict(list)
    for project in plain:
        of_kind[project.variant, project.method].append(project)
    measured: list[Measured] = []
    for (variant, method), some in of_kind.items():
        mean_curve = curve_through(some)
        for project in some:
            file = folder / "forecasts" / f"{variant}-{method}-{project.seed}.json"
            measured += remembered(file, partial(_values, project, mean_curve))
    return report(measured)


def _values(project: Project, mean_curve: PowerLaw) -> Iterator[Measured]:
    return (asdict(trial) for trial in trials(project, mean_curve))


def report(measured: list[Measured]) -> str:
    """Return how often a target is refused and how often its range holds, and the same of the next gain."""
    every = [Trial(**each) for each in measured]  # type: ignore[arg-type] # as `asdict` left them
    targets = []
    gains = []
    for is_calibrated in (True, False):
        name = "calibrated on" if is_calibrated else "held out"
        for n_tests in TEST_LABELS:
            some = [each for each in every if (each.is_calibrated, each.n_tests) == (is_calibrated, n_tests)]
            for ahead in AHEAD:
                targets.append([name, str(n_tests), f"{ahead} rounds", *_target_cells(some, ahead)])
            targets.append([name, str(n_tests), "never", *_target_cells(some, NEVER)[:2], "–"])
            once = [each for each in some if each.ahead == AHEAD[0]]
            ranges = [each for each in once if each.gain_speaks]
            shares = [share(not each.gain_speaks for each in once), share(each.gain_holds for each in ranges)]
            gains.append([name, str(n_tests), *shares, share(each.mean_holds for each in ranges)])
    header = ["data", "test labels", "reached in", "target refused", "its range holds", "its least holds"]
    gain_header = ["data", "test labels", "gain refused", "its range holds", "holds the mean project"]
    return f"{table(header, targets)}\n\n{table(gain_header, gains)}"


def _target_cells(some: list[Trial], ahead: int) -> list[str]:
    asked = [each for each in some if each.ahead == ahead]
    spoken = [each for each in asked if each.speaks]
    return [
        share(not each.speaks for each in asked),
        share(each.range_holds for each in spoken),
        share(each.least_holds for each in asked),
    ]
