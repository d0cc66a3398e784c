"""Turn the runs of `label_efficiency.py` into a table and a plot.

Run `python benchmarks/label_efficiency_report.py` afterwards; it writes docs/benchmarks/label_efficiency.md and .png.
Only seeds that every strategy finished count, so that all comparisons are paired.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Curves = dict[str, NDArray[np.float64]]


def load(folder: Path) -> tuple[dict[str, Curves], dict[str, Curves], dict[str, int]]:
    """Return accuracy (seeds, rounds) and query seconds by variant and strategy, and the batch size of each variant."""
    runs: dict[str, dict[str, dict[int, dict]]] = defaultdict(lambda: defaultdict(dict))
    for path in folder.glob("*.json"):
        run = json.loads(path.read_text())
        runs[run["variant"]][run["strategy"]][run["seed"]] = run
    accuracy, seconds, batch = {}, {}, {}
    for variant, strategies in sorted(runs.items()):
        seeds = sorted(set.intersection(*(set(done) for done in strategies.values())))
        if len(seeds) < 2:
            continue
        for target, key in ((accuracy, "accuracy"), (seconds, "seconds")):
            target[variant] = {s: np.array([done[i][key] for i in seeds]) for s, done in strategies.items()}
        batch[variant] = next(iter(strategies["RANDOM"].values()))["batch"]
    return accuracy, seconds, batch


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean of paired differences."""
    rng = np.random.default_rng(0)
    means = rng.choice(differences, (10_000, len(differences))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def labels_needed(curves: NDArray[np.float64], goal: float, batch: int) -> str:
    reached = np.flatnonzero(curves.mean(axis=0) >= goal)
    return str((reached[0] + 1) * batch) if len(reached) else "never"


def table(accuracy: Curves, seconds: Curves, batch: int) -> Iterator[str]:
    random = accuracy["RANDOM"]
    goal, areas = random.mean(axis=0)[-1], {s: curves.mean(axis=1) for s, curves in accuracy.items()}
    yield f"RANDOM reaches {goal:.1%} with {random.shape[1] * batch} labels; {len(random)} seeds.\n"
    yield "| strategy | area minus RANDOM | 95 % interval | wins | labels to RANDOM's end | last accuracy | s / query |"
    yield "|---|---|---|---|---|---|---|"
    for name in sorted(areas, key=lambda s: -areas[s].mean()):
        differences = areas[name] - areas["RANDOM"]
        low, high = interval(differences)
        yield (
            f"| {name} | {differences.mean():+.4f} | {low:+.4f} to {high:+.4f} | {(differences > 0).sum()} | "
            f"{labels_needed(accuracy[name], goal, batch)} | {accuracy[name].mean(axis=0)[-1]:.1%} | "
            f"{seconds[name].mean():.2f} |"
        )


def mean_ranks(accuracy: dict[str, Curves]) -> dict[str, float]:
    ranks = defaultdict(list)
    for curves in accuracy.values():
        for rank, name in enumerate(sorted(curves, key=lambda s: -curves[s].mean()), 1):
            ranks[name].append(rank)
    return {name: float(np.mean(values)) for name, values in sorted(ranks.items(), key=lambda item: np.mean(item[1]))}


def plot(accuracy: dict[str, Curves], batch: dict[str, int], path: Path) -> None:
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    colours = dict(zip(sorted(next(iter(accuracy.values()))), colormaps["tab20"].colors, strict=False))
    figure = Figure(figsize=(5 * len(accuracy), 4.5), layout="constrained")
    for axes, (variant, curves) in zip(
        figure.subplots(1, len(accuracy), squeeze=False)[0], accuracy.items(), strict=True
    ):
        for name in sorted(curves, key=lambda s: -curves[s].mean()):
            ours = name in ("CORAL", "RANDOM")
            mean = curves[name].mean(axis=0)
            labels = batch[variant] * np.arange(1, len(mean) + 1)
            axes.plot(labels, mean, label=name, color=colours[name], lw=3 if ours else 1)
        axes.set(title=variant, xlabel="labels", ylabel="test accuracy")
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path(".bench/label_efficiency"))
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks/label_efficiency"))
    arguments = parser.parse_args()
    accuracy, seconds, batch = load(arguments.runs)
    sections = [f"## {variant}\n\n" + "\n".join(table(accuracy[variant], seconds[variant], batch[variant]))
                for variant in accuracy]  # fmt: skip
    ranks = ", ".join(f"{name} {rank:.1f}" for name, rank in mean_ranks(accuracy).items())
    notes = arguments.out.with_name(arguments.out.name + "_notes.md")
    head = notes.read_text() if notes.exists() else ""
    text = f"# Label efficiency\n\n{head}\nMean rank over the variants: {ranks}.\n\n" + "\n\n".join(sections) + "\n"
    arguments.out.with_suffix(".md").write_text(text)
    plot(accuracy, batch, arguments.out.with_suffix(".png"))


if __name__ == "__main__":
    main()
