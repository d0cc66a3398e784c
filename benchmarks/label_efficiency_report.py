"""Turn the runs of `label_efficiency.py` into tables and a plot.

`python -m benchmarks.label_efficiency_report` writes docs/benchmarks/label_efficiency.md and .png from the results
committed beside them; `--runs FOLDER` first replaces those results with the runs in that folder. Only seeds that every
strategy of a variant finished count, so that all comparisons are paired.
"""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Curves = dict[str, NDArray[np.float64]]
COMMITTED = Path("docs/benchmarks/label_efficiency.csv")
COLUMNS = ("variant", "seed", "strategy", "batch", "seconds", "accuracies")


@dataclass(frozen=True)
class Result:
    """One variant: accuracies (seeds, batches) and seconds per query by strategy, and the size of a batch."""

    accuracy: Curves
    seconds: dict[str, float]
    batch: int


def gather(folder: Path) -> list[dict[str, str]]:
    """Return one row per finished run, as in the committed CSV file."""
    runs = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    for run in runs:
        run["accuracies"] = " ".join(f"{accuracy:.5f}" for accuracy in run.pop("accuracy"))
        run["seconds"] = f"{np.mean(run['seconds']):.3f}"
    runs.sort(key=lambda run: (run["variant"], run["seed"], run["strategy"]))
    return [{name: str(run[name]) for name in COLUMNS} for run in runs]


def results(rows: list[dict[str, str]]) -> dict[str, Result]:
    """Return the runs by variant, with the seeds that every strategy has."""
    variants: dict[str, dict[str, dict[int, dict[str, str]]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        variants[row["variant"]][row["strategy"]][int(row["seed"])] = row
    return {variant: _paired(strategies) for variant, strategies in sorted(variants.items())}


def _paired(strategies: dict[str, dict[int, dict[str, str]]]) -> Result:
    seeds = sorted(set.intersection(*(set(runs) for runs in strategies.values())))
    curves, seconds = {}, {}
    for name, runs in strategies.items():
        curves[name] = np.array([[float(accuracy) for accuracy in runs[s]["accuracies"].split()] for s in seeds])
        # The machine is never idle for hours, so the fastest seed counts.
        seconds[name] = min(float(runs[s]["seconds"]) for s in seeds)
    return Result(curves, seconds, int(next(iter(strategies["RANDOM"].values()))["batch"]))


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean of paired differences."""
    rng = np.random.default_rng(0)
    means = rng.choice(differences, (10_000, len(differences))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def labels_needed(curves: NDArray[np.float64], goal: float, batch: int) -> str:
    reached, total = np.flatnonzero(curves.mean(axis=0) >= goal), curves.shape[1] * batch
    if not len(reached):
        return "never"
    labels = (reached[0] + 1) * batch
    return f"{labels} ({labels / total:.0%})"


def table(result: Result) -> Iterator[str]:
    random = result.accuracy["RANDOM"]
    goal, areas = random.mean(axis=0)[-1], {s: curves.mean(axis=1) for s, curves in result.accuracy.items()}
    yield f"RANDOM reaches {goal:.1%} with {random.shape[1] * result.batch} labels; {len(random)} seeds.\n"
    yield "| strategy | area minus RANDOM | 95 % interval | wins | labels to RANDOM's end | last accuracy | s / query |"
    yield "|---|---|---|---|---|---|---|"
    for name in sorted(areas, key=lambda s: -areas[s].mean()):
        differences, curves = areas[name] - areas["RANDOM"], result.accuracy[name]
        low, high = interval(differences)
        yield (
            f"| {name} | {differences.mean():+.4f} | {low:+.4f} to {high:+.4f} | {(differences > 0).sum()} | "
            f"{labels_needed(curves, goal, result.batch)} | {curves.mean(axis=0)[-1]:.1%} | "
            f"{result.seconds[name]:.2f} |"
        )


def report(variants: dict[str, Result]) -> str:
    """Return the mean ranks over the variants in which every strategy ran, and a table per variant."""
    every = set.union(*(set(result.accuracy) for result in variants.values()))
    complete = {variant: result.accuracy for variant, result in variants.items() if set(result.accuracy) == every}
    ranks = ", ".join(f"{name} {rank:.1f}" for name, rank in mean_ranks(complete).items())
    tables = "\n\n".join(f"## {variant}\n\n" + "\n".join(table(result)) for variant, result in variants.items())
    return f"Mean rank over {', '.join(complete)}: {ranks}.\n\n{tables}\n"


def mean_ranks(accuracy: dict[str, Curves]) -> dict[str, float]:
    ranks = defaultdict(list)
    for curves in accuracy.values():
        for rank, name in enumerate(sorted(curves, key=lambda s: -curves[s].mean()), 1):
            ranks[name].append(rank)
    return {name: float(np.mean(values)) for name, values in sorted(ranks.items(), key=lambda item: np.mean(item[1]))}


def plot(variants: dict[str, Result], path: Path) -> None:
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    names = sorted(set.union(*(set(result.accuracy) for result in variants.values())))
    colors = dict(zip(names, colormaps["tab20"].colors, strict=False))
    columns = -(-len(variants) // 2)
    figure = Figure(figsize=(5 * columns, 9), layout="constrained")
    for axes, (variant, result) in zip(figure.subplots(2, columns).flat, variants.items(), strict=False):
        for name in sorted(result.accuracy, key=lambda s: -result.accuracy[s].mean()):
            mean = result.accuracy[name].mean(axis=0)
            labels = result.batch * np.arange(1, len(mean) + 1)
            axes.plot(labels, mean, label=name, color=colors[name], lw=3 if name in ("CORAL", "RANDOM") else 1)
        axes.set(title=variant, xlabel="labels", ylabel="test accuracy")
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=110)


def read(committed: Path) -> dict[str, Result]:
    with committed.open(newline="") as file:
        return results(list(csv.DictReader(file)))


def page(committed: Path) -> str:
    """Return the text of label_efficiency.md for the results next to it."""
    notes = committed.with_name(f"{committed.stem}_notes.md").read_text(encoding="utf-8")
    return f"# Label efficiency\n\n{notes}\n{report(read(committed))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, help="a folder of runs, such as .bench/label_efficiency")
    arguments = parser.parse_args()
    if arguments.runs:
        with COMMITTED.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(gather(arguments.runs))
    COMMITTED.with_suffix(".md").write_text(page(COMMITTED), encoding="utf-8")
    plot(read(COMMITTED), COMMITTED.with_suffix(".png"))


if __name__ == "__main__":
    main()
