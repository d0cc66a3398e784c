"""Selections on Dask workers, compared with one process on the same machine.

Run `python -m benchmarks.cluster` (about ten minutes) on an otherwise idle machine; `--rows`, `--picks`, `--dim` and
`--only` make it smaller, `--write` puts the table into docs/benchmarks/cluster.md. Every cluster is a LocalCluster:
processes of one machine, which share its memory and its disk. So the table says what shards, rounds and messages cost,
and how much two processes gain over one; it says nothing about machines beside each other. All rows are checked against
one process.

A side is timed from an open connection to the rows, reading and checking the shards included; CPU seconds are those of
the caller and all workers. Memory is the most that one worker had resident above an idle one, pages of the file
included. Traffic is what the calls and answers of all rounds come to. `--out-of-core` selects from 20,000,000 x 256
float16 (10 GB), made on the fly.
"""

import argparse
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.kcenter import make, replace_table
from benchmarks.process_memory import resident_peak, watching

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks" / "cluster.md"
CORESET = {"method": "CORESET"}
PRODUCT = {"method": "CORAL", "coral": "product", "seed": 0}
HERDING = {"method": "CORAL", "seed": 0}


# Rows made at once.
_BLOCK = 100_000


def write_embeddings(path: Path, n: int, dim: int, dtype: str) -> None:
    """Write clusters of points, block by block: more than memory holds if asked for."""
    rows = np.lib.format.open_memmap(path, "w+", np.dtype(dtype), (n, dim))
    rng = np.random.default_rng(0)
    for start in range(0, n, _BLOCK):
        part = rows[start : start + _BLOCK]
        block = make("clusters", min(_BLOCK, len(part)), dim)
        # Every block has the same centers and points of its own.
        part[:] = block + 0.2 * rng.standard_normal(part.shape, np.float32)
    rows.flush()


def config_of(options: dict[str, Any], picks: int) -> Any:
    from al_core.config import SelectionConfig

    return SelectionConfig(**{"n_samples": picks, **options})


def in_process(path: Path, options: dict[str, Any], picks: int) -> tuple[float, float, list[int]]:
    """Return the seconds of one selection in a process of its own, those of its processors, and its rows."""
    code = (
        "import json, sys, time\nimport numpy as np\nfrom benchmarks.cluster import config_of, scores_of\n"
        "from al_core.selection import select\n"
        "path, options, picks = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])\n"
        "rows = np.load(path, mmap_mode='r')\n"
        "select(rows[:50_000], config_of({'method': 'CORESET'}, 700))\n"
        "start, cpu = time.perf_counter(), time.process_time()\n"
        "chosen = select(rows, config_of(options, picks), scores=scores_of(len(rows)))\n"
        "print(json.dumps([time.perf_counter() - start, time.process_time() - cpu, chosen.tolist()]))\n"
    )
    command = [sys.executable, "-c", code, str(path), json.dumps(options), str(picks)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, cpu, chosen = json.loads(result.stdout)
    return seconds, cpu, chosen


def scores_of(n: int) -> NDArray[np.float64]:
    return np.random.default_rng(1).random(n)


class Counted:
    """Counts the rounds of a selection and the bytes that travel in them."""

    def __init__(self) -> None:
        self.rounds = 0
        self.sent = 0
        self.gathered = 0

    @contextmanager
    def counting(self) -> Iterator["Counted"]:
        from al_core.cluster.dask_cluster import DaskShards

        ask = DaskShards.ask

        def counted(shards: Any, calls: Any, tick: Any) -> list[Any]:
            answers = ask(shards, calls, tick)
            self.rounds += 1
            self.sent += sum(len(pickle.dumps(call)) for call in calls)
            self.gathered += sum(len(pickle.dumps(answer)) for answer in answers)
            return answers

        with patch.object(DaskShards, "ask", counted):
            yield self


@contextmanager
def local_cluster(n_workers: int, n_threads: int) -> Iterator[Any]:
    from distributed import LocalCluster

    options = {"processes": True, "dashboard_address": None, "memory_limit": None}
    with LocalCluster(n_workers=n_workers, threads_per_worker=n_threads, **options) as cluster:
        yield cluster


def warm_up() -> None:
    """Load the kernels in a worker."""
    from al_core.config import SelectionConfig
    from al_core.selection import select

    select(np.random.default_rng(0).random((50_000, 32), np.float32), SelectionConfig("CORESET", 700))


def on_cluster(
    path: Path, options: dict[str, Any], picks: int, size: tuple[int, int], kill_at: int | None = None
) -> dict[str, Any]:
    """Return the measurements of one selection on a fresh cluster of (workers, threads each)."""
    from distributed import Client

    from al_core.cluster import connected, select

    rows = np.load(path, mmap_mode="r")
    with local_cluster(*size) as cluster, Client(cluster, set_as_default=False) as client:
        client.run(warm_up)
        idle = client.run(resident_peak)
        pids = [worker.process.pid for worker in cluster.workers.values()]
        killed: list[float] = []

        def progress(done: int, total: int) -> None:
            if kill_at is not None and done >= kill_at and not killed:
                killed.append(time.perf_counter())
                os.kill(pids[-1], signal.SIGKILL)

        counts = Counted()
        with (
            connected(cluster.scheduler_address) as workers,
            counts.counting(),
            watching([os.getpid(), *pids]) as most,
        ):
            cpu = time.process_time() + sum(client.run(time.process_time).values())
            start = time.perf_counter()
            chosen = select(workers, rows, config_of(options, picks), scores=scores_of(len(rows)), progress=progress)
            seconds = time.perf_counter() - start
            cpu = time.process_time() + sum(client.run(time.process_time).values()) - cpu
        peaks = client.run(resident_peak) if kill_at is None else {}
    extra = [peaks[address] - idle[address] for address in peaks]
    return {
        "seconds": seconds,
        "cpu": cpu,
        "rows": chosen.tolist(),
        "extra": max(extra, default=0),
        "own": most[0],
        "counts": counts,
    }


def cancel_seconds(path: Path) -> float:
    """Return how long a selection on workers that are busy goes on after it was told to stop."""
    from al_core.cluster import connected, select
    from al_core.exceptions import Cancelled

    asked = threading.Event()
    moment: list[float] = []

    def progress(done: int, total: int) -> None:
        if asked.is_set():
            raise Cancelled("stop")

    def ask() -> None:
        moment.append(time.perf_counter())
        asked.set()

    with local_cluster(2, 1) as cluster, connected(cluster.scheduler_address) as workers:
        timer = threading.Timer(1, ask)
        timer.start()
        try:
            select(workers, np.load(path, mmap_mode="r"), config_of(CORESET, 100_000), progress=progress)
        except Cancelled:
            return time.perf_counter() - moment[0]
        timer.join()
    return 0.0


SELECTIONS: dict[str, dict[str, Any]] = {"CORESET": CORESET, "CORAL product": PRODUCT, "CORAL": HERDING}


def table(path: Path, n: int, dim: int, picks: int, names: list[str]) -> Iterator[str]:
    shard = 4 * n * dim
    yield f"Load at the start {os.getloadavg()[0]:.1f}. {n:,} x {dim} float32 ({shard / 1e9:.2f} GB), {picks:,} picks."
    yield "\n| selection | where | seconds | CPU s | rounds | MB sent | MB gathered | memory / shard | rows |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name in names:
        options = SELECTIONS[name]
        seconds, cpu, expected = in_process(path, options, picks)
        yield f"| {name} | one process, {os.cpu_count()} cores | {seconds:.1f} | {cpu:.1f} | | | | | |"
        sizes = ((1, 2), (1, 1), (2, 1)) if name == "CORESET" else ((1, 2), (2, 1))
        for size in sizes:
            result = on_cluster(path, options, picks, size)
            yield line(name, size, result, expected, shard / size[0])
    yield from recovery(path, picks)
    yield f"\nCanceling took {cancel_seconds(path):.1f} s. Load at the end {os.getloadavg()[0]:.1f}."


def line(name: str, size: tuple[int, int], result: dict[str, Any], expected: list[int], shard: float) -> str:
    counts = result["counts"]
    where = f"{size[0]} worker{'s' * (size[0] > 1)} of {size[1]} thread{'s' * (size[1] > 1)}"
    same = "equal" if result["rows"] == expected else "DIFFERENT"
    return (
        f"| {name} | {where} | {result['seconds']:.1f} | {result['cpu']:.1f} | {counts.rounds} | "
        f"{counts.sent / 1e6:.1f} | {counts.gathered / 1e6:.1f} | {result['extra'] / shard:.2f} | {same} |"
    )


def recovery(path: Path, picks: int) -> Iterator[str]:
    """Yield what a worker that is killed in the middle costs."""
    whole = on_cluster(path, CORESET, picks, (2, 1))
    killed = on_cluster(path, CORESET, picks, (2, 1), kill_at=picks // 2)
    same = "equal" if killed["rows"] == whole["rows"] else "DIFFERENT"
    yield (
        f"\nWith one of two workers killed after half of the picks: {killed['seconds']:.1f} s instead of "
        f"{whole['seconds']:.1f} s, rows {same}."
    )


def out_of_core(folder: Path, n: int) -> Iterator[str]:
    """Yield the figures of a selection from more than the workers may hold."""
    path = folder / "large.npy"
    write_embeddings(path, n, 256, "float16")
    result = on_cluster(path, CORESET, 1_000, (2, 1))
    yield (
        f"\n{n:,} x 256 float16 ({path.stat().st_size / 1e9:.1f} GB) on 2 workers of 1 thread: 1,000 picks by CORESET "
        f"in {result['seconds']:.0f} s ({result['cpu']:.0f} processor seconds), {result['counts'].rounds} rounds; "
        f"caller and workers had at most {result['own'] / 1e9:.2f} GB of their own resident together, without pages of "
        "the file."
    )


def report(lines: Callable[[], Iterator[str]], name: str, *, is_written: bool) -> None:
    shown = []
    for text in lines():
        print(text, flush=True)
        shown.append(text)
    if is_written:
        replace_table(DOCUMENT, name, "\n".join(shown))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--picks", type=int, default=2_000)
    parser.add_argument("--only", nargs="+", choices=list(SELECTIONS), default=list(SELECTIONS))
    parser.add_argument("--out-of-core", type=int, metavar="ROWS", nargs="?", const=20_000_000)
    parser.add_argument("--write", action="store_true", help="replace the tables of docs/benchmarks/cluster.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if arguments.out_of_core:
            n_rows = arguments.out_of_core
            report(lambda: out_of_core(folder, n_rows), "out of core", is_written=arguments.write)
            return
        path = folder / "embeddings.npy"
        write_embeddings(path, arguments.rows, arguments.dim, "float32")
        sizes = (arguments.rows, arguments.dim, arguments.picks)
        report(lambda: table(path, *sizes, arguments.only), "table", is_written=arguments.write)


if __name__ == "__main__":
    main()
