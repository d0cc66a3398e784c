"""What a test share costs, when projects stop, and what is said of corrections in `rounds.py`."""

from collections import defaultdict

import numpy as np

from al_core.evaluation import LearningCurve, corrections, forecast, value_sign
from al_core.evaluation.stopping import LEAST_CHANGE
from benchmarks.rounds_projects import Project
from benchmarks.rounds_tables import share, table


def cost_of_test_share(all_projects: list[Project]) -> str:
    """Area under accuracy by paid labels, with a test share of 10 % and without; a tenth fewer labels alone."""
    short = [project for project in all_projects if not project.is_long]
    plain = {(p.variant, p.method, p.seed): p for p in short if not p.test_share}
    rows = []
    for variant in sorted({project.variant for project in short}):
        for method in ("RANDOM", "CORAL"):
            shared = [p for p in short if p.test_share and (p.variant, p.method) == (variant, method)]
            pairs = [p.accuracy[1:].mean() - plain[variant, method, p.seed].accuracy[1:].mean() for p in shared]
            # The same project without a test share, a tenth of its labels earlier.
            fewer = [without_a_tenth(plain[variant, method, p.seed]) for p in shared]
            error = 1.96 * np.std(pairs, ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else float("nan")
            cost = f"{100 * np.mean(pairs):+.1f} ± {100 * error:.1f}"
            rows.append([variant, method, cost, f"{100 * np.mean(fewer):+.1f}", str(len(pairs))])
    return table(["data", "method", "points of area", "a tenth fewer labels alone", "seeds"], rows)


def without_a_tenth(project: Project) -> float:
    earlier = np.interp(0.9 * project.n_labels[1:], project.n_labels, project.accuracy)
    return float((earlier - project.accuracy[1:]).mean())


def stopping(all_projects: list[Project]) -> str:
    """What is given up by stopping when labels no longer help, against a fixed budget of equal mean accuracy."""
    long = [project for project in all_projects if project.is_long and project.method == "CORAL"]
    rows = []
    for least_change in (LEAST_CHANGE, 2 * LEAST_CHANGE, 3 * LEAST_CHANGE):
        stops = [stopped_at(project, least_change) for project in long]
        reached = np.array([project.accuracy[stop] for project, stop in zip(long, stops, strict=True)])
        given_up = 100 * (np.array([project.accuracy[-1] for project in long]) - reached)
        shares = [project.n_labels[stop] / project.n_labels[-1] for project, stop in zip(long, stops, strict=True)]
        rows.append(
            [
                f"{100 * least_change:.0f} %",
                f"{given_up.mean():.1f}",
                f"{np.quantile(given_up, 0.9):.1f}",
                f"{100 * np.mean(shares):.0f} %",
                f"{100 * fixed_budget(long, float(reached.mean())):.0f} %",
                str(len(long)),
            ]
        )
    header = [
        "changed at most",
        "points given up",
        "90 % quantile",
        "labels used",
        "fixed budget of that accuracy",
        "n",
    ]
    return table(header, rows)


def fixed_budget(some: list[Project], accuracy: float) -> float:
    """Return the share of the labels after which the mean project reaches an accuracy; 1 if it never does."""
    mean_curve = np.maximum.accumulate(np.mean([project.accuracy for project in some], axis=0))
    if accuracy > mean_curve[-1]:
        return 1.0
    rounds = np.interp(accuracy, mean_curve, np.arange(1, len(mean_curve) + 1))
    return float(rounds / len(mean_curve))


def stopped_at(project: Project, least_change: float) -> int:
    """Return the round after which the second and the third sign hold; a point is worth two batches.

    Test labels are the 300 rows that the project set aside; predictions are compared on the whole pool.
    """
    batch = int(project.n_labels[1] - project.n_labels[0])
    for last in range(3, len(project.n_labels) - 1):
        curve = LearningCurve(project.n_labels[: last + 1], project.is_right[: last + 1, project.reserve])
        gain = forecast(curve, target=0.99, n_next=batch, seed=project.seed).gain
        value = value_sign(gain, value_per_point=2 * batch, price=batch)
        # The model of at least 10 % fewer labels.
        earlier = int(np.searchsorted(project.n_labels, project.n_labels[last] / 1.1, side="right")) - 1
        changed = np.mean(project.predicted[last] != project.predicted[earlier])
        if value.holds and changed <= least_change:
            return last
    return len(project.n_labels) - 1


def controls(all_projects: list[Project]) -> str:
    """Corrections of chosen against random samples, with real and with shuffled scores."""
    said: dict[str, list[bool]] = defaultdict(list)
    for project in all_projects:
        if project.test_share or project.is_long:
            continue
        rng = np.random.default_rng(project.seed)
        for number in range(3, len(project.n_labels) - 1, 4):
            batch = int(project.n_labels[1] - project.n_labels[0])
            population = project.untrained
            # Five batches' worth: a control adds up over rounds.
            n_chosen = min(5 * batch, len(population) // 2)
            by_score = population[np.argsort(project.confidence[number, population])[:n_chosen]]
            shuffled = rng.choice(population, n_chosen, replace=False)
            tests = rng.choice(population, 50, replace=False)
            right = project.is_right[number]
            said["scores of the model"].append(corrections(right[by_score], right[tests]).is_better)
            said["scores shuffled"].append(corrections(right[shuffled], right[tests]).is_better)
    return table(["selection by", "said to correct more than RANDOM"], [[name, share(v)] for name, v in said.items()])
