"""What the statistics of rounds promise, measured on whole simulated projects.

`python -m benchmarks.rounds --quick` runs 2 seeds of two data sets in a few minutes; without it, 20 seeds of all small
variants of digits and Fashion-MNIST, an hour or two on two free cores. Projects and finished parts of sections are
stored in `.bench/rounds`, so an interrupted run resumes; `--section` runs one section. Every figure is computed from as
many test labels as a team would have; the truth comes from rows that no project sees, or from the whole population.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.rounds_contamination import contamination
from benchmarks.rounds_errors import box_label_errors, label_errors
from benchmarks.rounds_forecasts import forecasts
from benchmarks.rounds_intervals import intervals
from benchmarks.rounds_projects import Project, projects
from benchmarks.rounds_replays import replays
from benchmarks.rounds_stopping import controls, cost_of_test_share, stopping

QUICK_VARIANTS = ["digits", "fashion"]
ALL_VARIANTS = ["digits", "fashion", "fashion-long-tail", "fashion-duplicated", "fashion-mislabeled", "fashion-large"]


class Run:
    """The sections, and what they share."""

    def __init__(self, *, is_quick: bool) -> None:
        self.seeds = range(2) if is_quick else range(20)
        self.variants = QUICK_VARIANTS if is_quick else ALL_VARIANTS
        self.folder = Path(tempfile.gettempdir()) / "al-core-bench-rounds-quick" if is_quick else Path(".bench/rounds")
        self.n_redraws = 100 if is_quick else 500
        self.n_replays = 5 if is_quick else 12

    @cached_property
    def projects(self) -> list[Project]:
        """Every project, simulated at the first time."""
        return projects(self.variants, self.seeds, self.folder)

    @property
    def sections(self) -> dict[str, Callable[[], str]]:
        """Every section by its title."""
        # Other seeds than those on which rankings of errors were chosen (0 to 3).
        fresh = range(100, 100 + len(self.seeds))
        return {
            "Intervals": lambda: intervals(self.projects, self.folder, self.n_redraws),
            "Forecasts": lambda: forecasts(self.projects, self.folder),
            "Cost of a test share of 10 %": lambda: cost_of_test_share(self.projects),
            "Stopping": lambda: stopping(self.projects),
            "Corrections": lambda: controls(self.projects),
            "Label errors": lambda: label_errors(self.variants, fresh),
            "Label errors of boxes": lambda: box_label_errors(fresh),
            "A model trained on test samples": lambda: contamination(self.folder, self.seeds),
            "Replay": lambda: replays(self.projects, self.folder, self.n_replays),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="2 seeds of two data sets: too few for a claim")
    parser.add_argument("--section", help="run the sections alone whose title begins so")
    parser.add_argument("--out", type=Path, help="file to write the report to")
    arguments = parser.parse_args()
    report = []
    with threadpool_limits(2):
        for title, section in Run(is_quick=arguments.quick).sections.items():
            if arguments.section and not title.lower().startswith(arguments.section.lower()):
                continue
            start = time.perf_counter()
            text = f"## {title}\n\n{section()}\n"
            print(f"{text}\n({time.perf_counter() - start:.0f} s)\n", flush=True)
            report.append(text)
    if arguments.out:
        arguments.out.write_text("\n".join(report), encoding="utf-8")


if __name__ == "__main__":
    main()
