"""What a Dask worker runs: each checks its own environment first, and stops once nobody waits for its result."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from distributed import get_worker
from numpy.typing import NDArray

from al_core.cluster.cluster import Task
from al_core.cluster.environment import Environment
from al_core.cluster.shard import Call, Shard, ShardPlan
from al_core.cluster.shards import Work
from al_core.exceptions import Cancelled


def make_shard(plan: ShardPlan, expected: Environment) -> Shard:
    """Return a shard, which stays on the worker that made it."""
    expected.check(_this_worker())
    return plan.make(_ticking())


def answer_call(shard: Shard, call: Call, lent: Any, expected: Environment) -> Any:
    """Return what a shard answers to a call, completed by what was lent for it."""
    expected.check(_this_worker())
    call = call if lent is None else call.lent(lent)
    return shard.answer(call, get_worker().state.nthreads, _ticking())


def work_on_parts(work: Work, lent: Any, parts: Sequence[NDArray[np.float32]], expected: Environment) -> Any:
    """Return the result of a work on the vectors that shards gave for it."""
    expected.check(_this_worker())
    return work.run(np.concatenate(parts), get_worker().state.nthreads, _ticking(), lent)


def keep(value: Any, expected: Environment) -> Any:
    """Return a value as it came, so that it stays on a worker and others get it there."""
    expected.check(_this_worker())
    return value


def run_task(task: Task, expected: Environment) -> Any:
    """Return the result of a task."""
    expected.check(_this_worker())
    return task.run(_ticking())


def _this_worker() -> str:
    return f"the worker at {get_worker().address}"


def _ticking() -> Callable[[], None]:
    """Return what raises `Cancelled` once nobody waits for the task of this thread any more."""
    worker = get_worker()
    key = worker.get_current_task()

    def tick() -> None:
        state = worker.state.tasks.get(key)
        if state is None or state.state == "cancelled":
            raise Cancelled("nobody waits for this result any more")

    return tick
