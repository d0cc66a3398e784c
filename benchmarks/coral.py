"""Claim: with an existing neighbor graph, CORAL picks 10,000 of 1,000,000 rows within 60 s.

Run `python -m benchmarks.coral`. The graph is synthetic, because computing a real one takes minutes and herding reads
only neighbors and distances: rows are points in the unit square, ordered along the rows of a grid, and each one's
neighbors are the nearest grid points, at the distances of the jittered points. Embeddings are those points; scores are
uniform. Loading compiled code counts, creating the data does not.
"""

import argparse
import os
import resource
import time

import numpy as np

from al_core.config import SelectionConfig
from al_core.geometry.neighbors import NeighborGraph
from al_core.selection import select

K = 32


def points(side: int, rng: np.random.Generator) -> np.ndarray:
    places = np.stack(np.divmod(np.arange(side * side), side), axis=1)
    return ((places + rng.uniform(-0.4, 0.4, places.shape)) / side).astype(np.float32)


def grid_graph(embeddings: np.ndarray, side: int) -> NeighborGraph:
    steps = np.stack(np.meshgrid(np.arange(-3, 4), np.arange(-3, 4), indexing="ij"), axis=-1).reshape(-1, 2)
    steps = steps[np.argsort((steps**2).sum(axis=1), kind="stable")][1 : K + 1]
    place = np.arange(side * side)
    near = ((place[:, None] // side + steps[:, 0]) % side) * side + (place[:, None] % side + steps[:, 1]) % side
    distances = np.empty(near.shape, np.float32)
    for rows in np.array_split(place, 50):
        offset = embeddings[near[rows]] - embeddings[rows, None]
        distances[rows] = np.linalg.norm(offset - np.round(offset), axis=2)
    order = np.argsort(distances, axis=1)
    return NeighborGraph(
        np.take_along_axis(near, order, axis=1).astype(np.int32), np.take_along_axis(distances, order, axis=1)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=1000, help="side of the grid; its square is the number of rows")
    parser.add_argument("--picks", type=int, default=10_000)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    embeddings = points(arguments.side, rng)
    graph, scores = grid_graph(embeddings, arguments.side), rng.uniform(size=len(embeddings))
    print("| N | picks | coral | seconds | CPU s | peak GB | load |\n|---|---|---|---|---|---|---|")
    for rule in ("herding", "product"):
        config = SelectionConfig("CORAL", arguments.picks, coral=rule, normalize=False)
        base, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, os.times()
        start = time.perf_counter()
        rows = select(embeddings, config, scores=scores, graph=graph)
        seconds, after = time.perf_counter() - start, os.times()
        used = after.user + after.system - cpu.user - cpu.system
        peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1e6
        print(
            f"| {len(embeddings):,} | {len(rows):,} | {rule} | {seconds:.1f} | {used:.1f} | {peak:.2f} | "
            f"{os.getloadavg()[0]:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
