"""What the statistics of rounds promise, measured on whole simulated projects.

`python -m benchmarks.rounds --quick` runs 2 seeds of two data sets in a few minutes; without it, 20 seeds of all small
variants of digits and Fashion-MNIST, some hours on two cores. Projects are stored in `.bench/rounds`, so an interrupted
run resumes. Every figure is computed from as many test labels as a team would have; the truth comes from rows that no
project sees, or from the whole population.
"""

import argparse
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from al_core.evaluation import (
    LabeledRows,
    LearningCurve,
    Refusal,
    Statistic,
    class_errors,
    corrections,
    difference,
    forecast,
    out_of_fold_probabilities,
    post_stratified,
    replay,
    share_interval,
    value_sign,
)
from al_core.evaluation.label_errors import average_precision
from al_core.evaluation.stopping import LEAST_CHANGE
from benchmarks.power_law import PowerLaw, fit_power_law
from benchmarks.rounds_projects import METHODS, N_REPLAYED_SEEDS, REPLAYED, Project, projects, split_of

QUICK_VARIANTS = ["digits", "fashion"]
ALL_VARIANTS = ["digits", "fashion", "fashion-long-tail", "fashion-duplicated", "fashion-mislabeled", "fashion-large"]
CALIBRATED = ("digits", "fashion")
TEST_LABELS = (50, 100, 300, 1000)
N_ERRORS = 1000


def holds(statistic: Statistic, truth: float) -> bool:
    return statistic.speaks and statistic.low <= truth <= statistic.high


def share(hits: Iterable[bool]) -> str:
    values = list(hits)
    return f"{100 * np.mean(values):.0f} % of {len(values)}" if values else "–"


def table(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def intervals(all_projects: list[Project], n_redraws: int) -> str:
    """Coverage of the truth per number of test labels; a cell is one model.

    Shares are enumerated: how often a sample holds so many right predictions is hypergeometric. The others are redrawn.
    """
    cells: dict[tuple[str, int], list[float]] = defaultdict(list)
    for project in all_projects:
        if project.test_share or project.is_long or project.method != "CORAL":
            continue
        rng = np.random.default_rng(project.seed)
        # A population is fixed before anything is trained on; here, what no round was trained on.
        population = project.untrained
        for number in range(2, len(project.n_labels), 4):
            right = project.is_right[number, population]
            before = project.is_right[number - 1, population]
            sure = project.confidence[number, population]
            for n_tests in (10, 20, 50, 100):
                cells["share", n_tests].append(enumerated_coverage(int(right.sum()), len(right), n_tests))
                covered: dict[str, list[bool]] = defaultdict(list)
                for _ in range(n_redraws):
                    drawn = rng.choice(len(population), n_tests, replace=False)
                    weighted = post_stratified(right[drawn], sure[drawn], sure)
                    covered["post-stratified"].append(holds(weighted, right.mean()))
                    gain = difference(before[drawn], right[drawn])
                    covered["paired difference"].append(holds(gain, right.mean() - before.mean()))
                for name, hits in covered.items():
                    cells[name, n_tests].append(float(np.mean(hits)))
    rows = [
        [name, str(n), f"{100 * np.mean(values):.1f}", f"{100 * min(values):.1f}", str(len(values))]
        for (name, n), values in sorted(cells.items())
    ]
    return table(["interval", "test labels", "coverage %", "worst model %", "models"], rows)


def enumerated_coverage(n_right: int, size: int, n_tests: int) -> float:
    """Return how often the interval of a share holds the truth, over all samples of a population."""
    from scipy.stats import hypergeom

    hits = [holds(share_interval(number, n_tests), n_right / size) for number in range(n_tests + 1)]
    return float(hypergeom.pmf(np.arange(n_tests + 1), size, n_right, n_tests) @ hits)


@dataclass(frozen=True)
class ForecastTrial:
    """One forecast and what came.

    Attributes:
        n_tests: Test labels it rests on.
        is_calibrated: Whether the width of ranges was chosen on this data.
        needed: Labels to the target, and how many it took.
        gain: Of the next batch, and what was expected by the project's own curve and by the mean of 20 projects.
        least: The lower end of the labels to the target, shown or not.
    """

    n_tests: int
    is_calibrated: bool
    needed: tuple[Statistic, float]
    gain: tuple[Statistic, float, float]
    least: float

    @property
    def needed_holds(self) -> bool:
        return holds(self.needed[0], self.needed[1])


def forecasts(all_projects: list[Project]) -> str:
    """How often the forecast refuses, and how often its range holds the truth where it speaks."""
    plain = [project for project in all_projects if not project.test_share and not project.is_long]
    mean_curves = {
        kind: truth_of([project for project in plain if (project.variant, project.method) == kind])
        for kind in {(project.variant, project.method) for project in plain}
    }
    trials = [
        each for project in plain for each in forecast_trials(project, mean_curves[project.variant, project.method])
    ]
    rows = []
    for is_calibrated in (True, False):
        for n_tests in TEST_LABELS:
            some = [each for each in trials if (each.n_tests, each.is_calibrated) == (n_tests, is_calibrated)]
            if not some:
                continue
            spoken = [each for each in some if each.needed[0].speaks]
            gains = [each for each in some if each.gain[0].speaks]
            rows.append(
                [
                    "calibrated on" if is_calibrated else "held out",
                    str(n_tests),
                    share(not each.needed[0].speaks for each in some),
                    share(each.needed_holds for each in spoken),
                    share(each.least <= each.needed[1] + 1e-6 for each in some),
                    share(not each.gain[0].speaks for each in some),
                    share(holds(each.gain[0], each.gain[1]) for each in gains),
                    share(holds(each.gain[0], each.gain[2]) for each in gains),
                ]
            )
    header = [
        "data",
        "test labels",
        "target refused",
        "its range holds",
        "its least holds",
        "gain refused",
        "its range holds",
        "holds the mean project",
    ]
    return table(header, rows)


def truth_of(some: list[Project]) -> PowerLaw:
    """Return the curve through all rounds but the cold first, later ones too, on the whole population.

    It is what is expected of labels, without the luck of one training run.
    """
    accuracies = np.mean([project.is_right[:, project.untrained].mean(axis=1) for project in some], axis=0)
    weights = 1 / (accuracies * (1 - accuracies))
    return fit_power_law(some[0].n_labels[1:].astype(np.float64), accuracies[None, 1:], weights[1:])


def forecast_trials(project: Project, mean_curve: PowerLaw) -> Iterator[ForecastTrial]:
    """Yield forecasts after 4, 6 and 9 rounds for the accuracy four rounds later."""
    population = project.untrained
    truth = truth_of([project])
    n_labels = project.n_labels.astype(np.float64)
    rng = np.random.default_rng(project.seed)
    for last in (3, 5, 8):
        target = float(truth.accuracy(n_labels[last + 4])[0])
        steps = [
            float((curve.accuracy(n_labels[last + 1]) - curve.accuracy(n_labels[last]))[0])
            for curve in (truth, mean_curve)
        ]
        for n_tests in TEST_LABELS:
            if n_tests > len(population):
                continue
            drawn = population[rng.choice(len(population), n_tests, replace=False)]
            curve = LearningCurve(project.n_labels[: last + 1], project.is_right[: last + 1, drawn])
            n_next = int(project.n_labels[1] - project.n_labels[0])
            result = forecast(curve, target=target, n_next=n_next, seed=project.seed)
            yield ForecastTrial(
                n_tests,
                project.variant in CALIBRATED,
                (result.needed, float(n_labels[last + 4] - n_labels[last])),
                (result.gain, steps[0], steps[1]),
                least_of(result.needed),
            )


def least_of(needed: Statistic) -> float:
    """Return the lower end of the labels to a target, which a refusal says in words."""
    if needed.speaks:
        return needed.low
    named = re.match(r"(?:at least|more than|anything from) ([\d,]+)", needed.reason)
    if named:
        return float(named[1].replace(",", ""))
    return float("inf") if "levels off" in needed.reason else 0.0


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


def replays(all_projects: list[Project], n_seeds: int) -> str:
    """Verdicts on pools of four makers against those of whole projects, and on embeddings that are noise."""
    areas: dict[tuple[str, str], list[float]] = defaultdict(list)
    for project in all_projects:
        if not project.test_share and not project.is_long:
            areas[project.variant, project.method].append(float(project.accuracy[1:].mean()))
    outcome: dict[tuple[str, str], list[bool]] = defaultdict(list)
    constant: dict[str, list[bool]] = defaultdict(list)
    n_told: dict[str, int] = defaultdict(int)
    for project in all_projects:
        # Long projects of all four makers: from fewer than 400 labels nothing can be told.
        if not project.is_long or project.variant not in REPLAYED or project.seed >= N_REPLAYED_SEEDS:
            continue
        split = split_of(project.variant, project.seed)
        rng = np.random.default_rng(project.seed)
        tests = project.reserve
        noise = rng.standard_normal(split.pool.shape)
        for kind, embeddings in (("real", split.pool), ("noise", noise)):
            labels = LabeledRows(
                embeddings,
                project.chosen,
                split.labels[project.chosen],
                tests,
                split.labels[tests],
                project.method,
            )
            result = replay(labels, METHODS, seed=project.seed, n_rounds=6, n_seeds=n_seeds)
            if isinstance(result, Refusal):
                continue
            for verdict in result.verdicts:
                if kind == "noise":
                    outcome["noise", project.method].append(verdict.word == "ahead")
                    continue
                n_told[project.method] += 1
                if verdict.word == "cannot tell":
                    continue
                ahead = np.mean(areas[project.variant, verdict.method]) > np.mean(areas[project.variant, "RANDOM"])
                outcome["real", project.method].append((verdict.word == "ahead") == ahead)
                constant[project.method].append(bool(ahead))
    rows = [
        [
            maker,
            share(outcome["real", maker]),
            str(n_told[maker]),
            share(constant[maker]),
            share(outcome["noise", maker]),
        ]
        for maker in METHODS
    ]
    header = ["pool made by", "right where it speaks", "verdicts asked for", 'always "ahead"', '"ahead" on noise']
    return table(header, rows)


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


def label_errors(variants: list[str], seeds: range) -> str:
    """Average precision on 10 % planted errors, beside every ranking that cleanlab offers."""
    from cleanlab.rank import get_label_quality_scores

    peers = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for variant in variants:
        for seed in seeds:
            split = split_of(variant, seed)
            rng = np.random.default_rng(seed)
            vectors = split.pool[:N_ERRORS]
            labels, is_error = with_errors(split.labels[:N_ERRORS], rng)
            probabilities = out_of_fold_probabilities(vectors, labels, 10, seed)
            ours = class_errors(labels, probabilities, vectors).suspicion
            scores[variant, "al_core"].append(average_precision(ours, is_error))
            for peer in peers:
                quality = get_label_quality_scores(labels, probabilities, method=peer)
                scores[variant, f"cleanlab {peer}"].append(average_precision(-quality, is_error))
    rows = [[variant, name, f"{np.mean(values):.3f}", str(len(values))] for (variant, name), values in scores.items()]
    return table(["data", "ranking", "average precision", "seeds"], rows)


def with_errors(labels: NDArray[np.int64], rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    is_error = rng.random(len(labels)) < 0.1
    return np.where(is_error, (labels + rng.integers(1, 10, len(labels))) % 10, labels), is_error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="2 seeds of two data sets: too few for a claim")
    parser.add_argument("--out", type=Path, help="file to write the report to")
    arguments = parser.parse_args()
    seeds = range(2) if arguments.quick else range(20)
    variants = QUICK_VARIANTS if arguments.quick else ALL_VARIANTS
    folder = Path(".bench/rounds")
    if arguments.quick:
        folder = Path(tempfile.gettempdir()) / "al-core-bench-rounds-quick"
    with threadpool_limits(2):
        all_projects = projects(variants, seeds, folder)
        sections: dict[str, Callable[[], str]] = {
            "Intervals": lambda: intervals(all_projects, 100 if arguments.quick else 500),
            "Forecasts": lambda: forecasts(all_projects),
            "Cost of a test share of 10 %": lambda: cost_of_test_share(all_projects),
            "Stopping": lambda: stopping(all_projects),
            "Corrections": lambda: controls(all_projects),
            # Other seeds than those on which the ranking was chosen (0 to 3).
            "Label errors": lambda: label_errors(variants, range(100, 100 + len(seeds))),
            "Replay": lambda: replays(all_projects, 5 if arguments.quick else 12),
        }
        report = []
        for title, section in sections.items():
            start = time.perf_counter()
            text = f"## {title}\n\n{section()}\n"
            print(f"{text}\n({time.perf_counter() - start:.0f} s)\n", flush=True)
            report.append(text)
    if arguments.out:
        arguments.out.write_text("\n".join(report), encoding="utf-8")


if __name__ == "__main__":
    main()
