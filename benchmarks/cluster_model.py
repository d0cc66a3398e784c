"""What a selection by CORESET on many machines should cost: a calculation, checked by a simulation of its rounds.

Run `python -m benchmarks.cluster_model`; it takes seconds and needs no cluster. Nothing here is measured: the constants
are those of one machine (docs/scaling.md says where each was measured), and the table is what they come to.

The simulation knows numbers of points and no points: the best points of a dataset are spread over the shards at random,
each shard offers its share, and the floor is the highest of what the shards left out. What is above the floor could be
picked; the share that is picked was measured.
"""

from dataclasses import dataclass

import numpy as np

from al_core.cluster.sharded_pools import SLACK

# Processor seconds by 1e9 components times picks^0.68 (the exponent of docs/benchmarks/kcenter.md): 13.8 s for
# 1,000,000 x 128 and 2,000 picks on one worker (docs/benchmarks/cluster.md), reading and checking included.
SECONDS_PER_WORK = 0.61
# Of the points above the floor, those picked before the others fell below it: 2,000 picks in 27 rounds of 4,000 points.
PICKED_SHARE = 0.0185
# Seconds that a round waits for messages: a task through a scheduler, there and back.
SECONDS_PER_ROUND = 0.02
NETWORK_BYTES_PER_SECOND = 1e9
# Of each row: the float32 numbers of its sketch (selection/sketch.py), and its bounds and place in the first queue, as
# measured in docs/benchmarks/cluster.md.
SKETCH_BYTES = 4 * 80
BOUND_BYTES = 53
POOL = 4_096
DIM = 512
PICKS = 10_000
CORES = 8


@dataclass(frozen=True)
class Cost:
    """What a selection comes to.

    Attributes:
        memory: Bytes of one worker: its shard in float16, and what it holds of each row beside that.
        rounds: How many.
        traffic: Bytes that reach whoever picks.
        work: Seconds of reading and measuring.
        talk: Seconds of messages.
    """

    memory: float
    rounds: float
    traffic: float
    work: float
    talk: float


def n_above_floor(n_shards: int, rng: np.random.Generator, n_rounds: int = 50) -> float:
    """Return the mean number of points above the floor of a round.

    The points are ranked, and each lies on any shard; a shard offers its first so many. The floor is where the first
    shard has no more to offer.

    Examples:
        With one shard all that it offers is above the floor.

        >>> n_above_floor(1, np.random.default_rng(0))
        4096.0
    """
    share = POOL if n_shards == 1 else int(SLACK * POOL / n_shards)
    counts = []
    for _ in range(n_rounds):
        shards = rng.integers(n_shards, size=4 * share * n_shards)
        # The rank of the last point that each shard offers.
        last = [np.flatnonzero(shards == shard)[share - 1] for shard in range(n_shards)]
        counts.append(min(last) + 1)
    return float(np.mean(counts))


def cost(n_rows: float, n_shards: int, rng: np.random.Generator) -> Cost:
    """Return what a selection costs on so many workers of `CORES` cores each."""
    picked = min(256, PICKED_SHARE * n_above_floor(n_shards, rng))
    rounds = PICKS / picked
    offered = SLACK * POOL if n_shards > 1 else POOL
    traffic = rounds * offered * 4 * DIM
    components = n_rows * DIM / n_shards / 1e9
    return Cost(
        memory=n_rows / n_shards * (2 * DIM + SKETCH_BYTES + BOUND_BYTES),
        rounds=rounds,
        traffic=traffic,
        work=SECONDS_PER_WORK * components * PICKS**0.68 / CORES,
        talk=rounds * SECONDS_PER_ROUND + traffic / NETWORK_BYTES_PER_SECOND,
    )


def main() -> None:
    rng = np.random.default_rng(0)
    print(f"{PICKS:,} picks, {DIM} components as float16, {CORES} cores a worker. Calculated, not measured.\n")
    print("| rows | workers | GB a worker | rounds | GB to the caller | measuring | messages | minutes |")
    print("|---|---|---|---|---|---|---|---|")
    for n_rows in (1e8, 1e9):
        for n_shards in (16, 64):
            c = cost(n_rows, n_shards, rng)
            total = c.work + c.talk
            print(
                f"| {n_rows:,.0f} | {n_shards} | {c.memory / 1e9:.1f} | {c.rounds:.0f} | {c.traffic / 1e9:.2f} | "
                f"{c.work:.0f} s | {c.talk:.0f} s | {total / 60:.1f} |"
            )
    print("\n| shards | points offered | above the floor |\n|---|---|---|")
    for n_shards in (1, 2, 16, 64):
        share = POOL if n_shards == 1 else int(SLACK * POOL / n_shards)
        print(f"| {n_shards} | {share * n_shards:,} | {n_above_floor(n_shards, rng):,.0f} |")


if __name__ == "__main__":
    main()
