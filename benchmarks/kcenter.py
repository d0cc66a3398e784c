"""Greedy k-center over shapes: al_core compared with lightly-mundig, scikit-matter, scikit-activeml and numpy.

Run `python -m benchmarks.kcenter` (about five minutes) on an otherwise idle machine; with `--write` it replaces the
tables of docs/benchmarks/kcenter.md. Every cell is a separate process: loading the data does not count, adding it to
the engine and the selection do. All sides start at row 0 on the same float32 array, unscaled. `al_core_first` is the
first selection of a process and loads compiled code (numba and the kernels, from the cache on disk) while the clock
runs; `al_core` is any later one. Memory is the peak above the loaded array. `--limit` is in seconds per cell, including
loading. `--large` adds 1,000,000 x 512 with 10,000 picks. The second table has tasks of milliseconds, in one process,
compared with plain greedy without checks and with one that checks its rows and measures differences.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks" / "kcenter.md"
FASHION = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
SHAPES = [
    ("fashion", 60_000, 784, 2_000),
    ("clusters", 10_000, 128, 500),
    ("clusters", 40_000, 128, 500),
    ("clusters", 160_000, 128, 500),
    ("clusters", 40_000, 128, 2_000),
    ("clusters", 40_000, 128, 8_000),
    ("gaussian", 1_000, 64, 100),
    ("gaussian", 20_000, 2, 500),
    ("gaussian", 20_000, 512, 500),
    ("gaussian", 5_000, 4_096, 200),
    ("equal", 20_000, 128, 200),
]
SMALL = [
    (100, 64, 10),
    (1_000, 2, 100),
    (1_000, 64, 100),
    (1_000, 4_096, 20),
    (3_000, 2, 300),
    (3_000, 512, 30),
    (5_000, 4_096, 100),
    (10_000, 2, 20),
    (10_000, 2, 500),
    (10_000, 64, 20),
    (10_000, 64, 100),
    (20_000, 4, 500),
    (20_000, 16, 100),
    (20_000, 16, 1_000),
    (100_000, 2, 100),
    (100_000, 2, 1_000),
]
LARGE = [("clusters", 1_000_000, 512, 10_000)]
BY_ROWS = [("clusters", n, 128, 500) for n in (10_000, 40_000, 160_000)]
BY_PICKS = [("clusters", 40_000, 128, picks) for picks in (500, 2_000, 8_000)]
Shape = tuple[str, int, int, int]


def make(kind: str, n: int, dim: int) -> Array:
    rng = np.random.default_rng(0)
    if kind == "fashion":
        with gzip.open(FASHION) as file:
            return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)[:n].astype(np.float32)
    data = np.ones((n, dim), np.float32)
    centers, mixing = rng.normal(size=(500, 32)), rng.normal(size=(32, dim)).astype(np.float32)
    for start in range(0, n, 20_000) if kind != "equal" else ():
        part = data[start : start + 20_000]
        if kind == "clusters":
            latent = centers[rng.integers(0, 500, len(part))] + 0.5 * rng.normal(size=(len(part), 32))
            np.matmul(latent.astype(np.float32), mixing, out=part)
            part += 0.3 * rng.standard_normal(part.shape, np.float32)
        else:
            part[:] = rng.standard_normal(part.shape, np.float32)
    return data


def al_core(data: Array, n: int) -> list[int]:
    from al_core.config import SelectionConfig
    from al_core.selection import select

    rows: list[int] = select(data, SelectionConfig("CORESET", n, normalize=False)).tolist()
    return rows


def al_core_first(data: Array, n: int) -> list[int]:
    return al_core(data, n)


def mundig(data: Array, n: int) -> list[int]:
    from lightly_mundig import Selection

    selection = Selection()
    selection.add_diversifying_strategy(data, 1.0)
    return list(selection.run_selection([], len(data), n))


def skmatter(data: Array, n: int) -> list[int]:
    from skmatter.sample_selection import FPS

    rows: list[int] = FPS(n_to_select=n, initialize=0).fit(data).selected_idx_.tolist()
    return rows


def skactiveml(data: Array, n: int) -> list[int]:
    from skactiveml.pool import CoreSet

    labels = np.full(len(data), np.nan)
    labels[0] = 0
    return [0, *CoreSet(random_state=0).query(data, labels, batch_size=n - 1).tolist()]


def plain_numpy(data: Array, n: int) -> list[int]:
    squares = np.einsum("ij,ij->i", data, data)
    picked, nearest = [0], np.full(len(data), np.inf, np.float32)
    while len(picked) < n:
        newest = data[picked[-1]]
        np.minimum(nearest, squares - 2 * (data @ newest) + newest @ newest, out=nearest)
        nearest[picked[-1]] = -np.inf
        picked.append(int(nearest.argmax()))
    return picked


SIDES: dict[str, Callable[[Array, int], list[int]]] = {
    f.__name__: f for f in (al_core, al_core_first, mundig, skmatter, skactiveml, plain_numpy)
}


def plain_checked(data: Array, n: int) -> list[int]:
    if not np.isfinite(data).all():
        raise ValueError("a row is not finite")
    picked, nearest = [0], np.full(len(data), np.inf, np.float32)
    while len(picked) < n:
        difference = data - data[picked[-1]]
        np.minimum(nearest, np.einsum("ij,ij->i", difference, difference), out=nearest)
        nearest[picked[-1]] = -np.inf
        picked.append(int(nearest.argmax()))
    return picked


def load_kernels() -> None:
    rng = np.random.default_rng(0)
    for dim, picks in ((2, 20), (64, 20), (300, 700)):
        al_core(rng.random((20_000, dim), np.float32), picks)
    # The first of these tasks may run in plain numpy, which loads nothing.
    al_core(rng.random((20_000, 2), np.float32), 20)
    al_core(rng.random((2_000, 64), np.float32), 20)


def measure(side: str, kind: str, n: int, dim: int, picks: int) -> dict[str, Any]:
    data = make(kind, n, dim)
    # Importing a library does not count; so small a task does not load al_core's kernels.
    SIDES[side](data[:64], 2)
    if side == "al_core":
        load_kernels()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, start = os.times(), time.perf_counter()
    rows = SIDES[side](data, picks)
    seconds, after = time.perf_counter() - start, os.times()
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1e6
    used = after.user + after.system - cpu.user - cpu.system
    return {"seconds": seconds, "cpu": used, "memory": memory, "rows": rows}


def milliseconds(side: Callable[[Array, int], list[int]], data: Array, picks: int) -> float:
    """Return the best of five runs, or the first if it takes long."""
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        side(data, picks)
        best = min(best, time.perf_counter() - start)
        if best > 0.3:
            break
    return 1e3 * best


def small_lines() -> Iterator[str]:
    load_kernels()
    yield f"Load at the start {os.getloadavg()[0]:.1f}, milliseconds.\n"
    yield "| data | N x D | picks | plain | plain, checked | al_core | times plain | times checked |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in ("gaussian", "equal"):
        for n, dim, picks in SMALL:
            data = make(kind, n, dim)
            plain, checked, ours = (milliseconds(side, data, picks) for side in (plain_numpy, plain_checked, al_core))
            yield (
                f"| {kind} | {n:,} x {dim:,} | {picks:,} | {plain:.2f} | {checked:.2f} | {ours:.2f} | "
                f"{ours / plain:.1f} | {ours / checked:.1f} |"
            )


def in_own_process(side: str, shape: Shape, limit: float) -> dict[str, Any]:
    """Return the measurements, or why there are none."""
    command = [sys.executable, "-m", "benchmarks.kcenter", "--one", side, *map(str, shape)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"over {limit:g} s"}
    if result.returncode:
        return {"failed": result.stderr.strip().splitlines()[-1][:60]}
    measured: dict[str, Any] = json.loads(result.stdout)
    return measured


def lines(shapes: list[Shape], sides: list[str], limit: float) -> Iterator[str]:
    seconds: dict[tuple[str, Shape], float] = {}
    # Compiles what is not yet in the cache on disk, so that no cell pays for it.
    in_own_process("al_core", ("gaussian", 1_000, 64, 100), 600)
    yield f"Load at the start {os.getloadavg()[0]:.1f}, limit {limit:g} s per cell.\n"
    yield "| data | N x D | picks | side | seconds | CPU s | peak GB | times al_core | same rows |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for shape in shapes:
        kind, n, dim, picks = shape
        ours = in_own_process("al_core", shape, limit)
        for side in sides:
            result = ours if side == "al_core" else in_own_process(side, shape, limit)
            head = f"| {kind} | {n:,} x {dim:,} | {picks:,} | {side} |"
            if failed := result.get("failed") or ours.get("failed"):
                yield f"{head} {failed} | | | | |"
                continue
            seconds[side, shape] = result["seconds"]
            same = len(set(result["rows"]) & set(ours["rows"])) / picks
            yield (
                f"{head} {result['seconds']:.3f} | {result['cpu']:.1f} | {result['memory']:.2f} | "
                f"{result['seconds'] / ours['seconds']:.1f} | {same:.1%} |"
            )
    yield f"\nLoad at the end {os.getloadavg()[0]:.1f}.\n"
    yield from exponents(seconds, sides)


def exponents(seconds: dict[tuple[str, Shape], float], sides: list[str]) -> Iterator[str]:
    """Yield how seconds grow with N and with picks: the slope of their logarithms, where at least two cells ended."""
    yield "| side | exponent in N | exponent in picks |\n|---|---|---|"
    for side in sides:
        slopes = []
        for shapes, axis in ((BY_ROWS, 1), (BY_PICKS, 3)):
            ended = [shape for shape in shapes if (side, shape) in seconds]
            x, y = [shape[axis] for shape in ended], [seconds[side, shape] for shape in ended]
            slopes.append(f"{np.polyfit(np.log(x), np.log(y), 1)[0]:.2f}, {len(x)} cells" if len(x) > 1 else "")
        yield f"| {side} | {slopes[0]} | {slopes[1]} |"


def replace_table(document: Path, table: str, text: str) -> None:
    """Write a table between its two markers in the documentation."""
    page = document.read_text(encoding="utf-8")
    before = page.split(f"<!-- {table} -->\n")[0]
    after = page.split(f"<!-- end of {table} -->")[1]
    written = f"{before}<!-- {table} -->\n{text}\n<!-- end of {table} -->{after}"
    document.write_text(written, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=5)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--write", action="store_true", help="replace the tables of docs/benchmarks/kcenter.md")
    parser.add_argument("--limit", type=float, default=24)
    parser.add_argument("--shapes", type=int, default=len(SHAPES), help="measure only the first SHAPES shapes")
    parser.add_argument("--sides", nargs="+", default=list(SIDES), choices=list(SIDES))
    arguments = parser.parse_args()
    if arguments.one:
        side, kind, *numbers = arguments.one
        print(json.dumps(measure(side, kind, *map(int, numbers))))
        return
    shapes = SHAPES[: arguments.shapes] + (LARGE if arguments.large else [])
    for table, made in (("shapes", lines(shapes, arguments.sides, arguments.limit)), ("small", small_lines())):
        shown = []
        for line in made:
            print(line, flush=True)
            shown.append(line)
        if arguments.write:
            replace_table(DOCUMENT, table, "\n".join(shown))


if __name__ == "__main__":
    main()
