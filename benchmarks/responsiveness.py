"""Claim: during a selection from 1,000,000 rows other threads keep ticking, and a cancel takes under a second.

Run `python -m benchmarks.responsiveness` (needs 5 GB, a minute). It selects 10,000 of 1,000,000 x 512 rows in memory
with CORESET, unit length, while a thread sleeps 50 ms at a time; a tick is late if it comes more than 50 ms
after it was due. The same thread in an idle process is the baseline. Then selections are canceled after a while, the
first ones during the initial check of all rows.
"""

import argparse
import os
import resource
import time
from threading import Event, Thread

import numpy as np

from al_core.config import SelectionConfig
from al_core.selection import select
from benchmarks.kcenter import make

TICK = 0.05
CANCEL_AFTER = (0.1, 0.5, 1.0, 4.0, 10.0)


class Ticker(Thread):
    """Sleeps 50 ms at a time and records by how much each sleep was too long."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.delays: list[float] = []
        self.stopped = Event()

    def run(self) -> None:
        """Sleep until stopped."""
        while not self.stopped.is_set():
            start = time.perf_counter()
            time.sleep(TICK)
            self.delays.append(time.perf_counter() - start - TICK)

    def __enter__(self) -> "Ticker":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopped.set()
        self.join()

    def __str__(self) -> str:
        delays = np.array(self.delays)
        return f"{len(delays)} ticks, {np.mean(delays > TICK):.2%} late, the latest by {delays.max() * 1e3:.0f} ms"


class Cancelled(Exception):
    """Raised by the progress callback."""


def cancel_latency(data: np.ndarray, config: SelectionConfig, after: float) -> str:
    """Return when the selection was canceled, how far it was, and how long it took to end."""
    asked = time.perf_counter() + after

    def progress(done: int, total: int) -> None:
        if time.perf_counter() >= asked:
            raise Cancelled(f"{done:,} picked")

    try:
        select(data, config, progress=progress)
    except Cancelled as cancelled:
        return f"cancel after {after:g} s ({cancelled}): ended {time.perf_counter() - asked:.3f} s later"
    return f"cancel after {after:g} s: already done"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--picks", type=int, default=10_000)
    arguments = parser.parse_args()
    data, config = make("clusters", arguments.rows, 512), SelectionConfig("CORESET", arguments.picks)
    with Ticker() as idle:
        time.sleep(10)
    print(f"load {os.getloadavg()[0]:.1f}; idle: {idle}", flush=True)
    base, cpu, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, os.times(), time.perf_counter()
    with Ticker() as busy:
        select(data, config)
    seconds, after = time.perf_counter() - start, os.times()
    used = after.user + after.system - cpu.user - cpu.system
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1e6
    print(
        f"{arguments.rows:,} x 512, {arguments.picks:,} picks: {seconds:.1f} s, {used:.1f} s of CPU, {peak:.2f} GB more"
    )
    print(f"load {os.getloadavg()[0]:.1f}; selecting: {busy}", flush=True)
    for moment in CANCEL_AFTER:
        print(cancel_latency(data, config, moment), flush=True)


if __name__ == "__main__":
    main()
