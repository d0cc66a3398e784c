"""Benchmarks whose arms are compared seed by seed: seeds run in processes, differences have intervals."""

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")


def interval(values: NDArray[np.float64]) -> float:
    """Return half the width of the 95 % interval of a mean, by Student's t."""
    from scipy.stats import t

    return float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))


def run_seeds(
    description: str | None, run_seed: Callable[[int], Result], report: Callable[[list[Result]], str]
) -> None:
    """Run the seeds that the command line asks for and print their report.

    Args:
        description: Of the benchmark, for `--help`.
        run_seed: Returns what one seed measured; it is called in other processes.
        report: Returns the tables of all seeds.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    start = time.perf_counter()
    with ProcessPoolExecutor(arguments.processes) as pool:
        measured = list(pool.map(run_seed, range(arguments.seeds)))
    print(report(measured))
    print(f"\n{len(measured)} seeds, {time.perf_counter() - start:.0f} s")
