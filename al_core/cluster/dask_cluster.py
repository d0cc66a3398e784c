"""A cluster of Dask workers: where al_core meets `distributed`.

A shard is the result of a task: it stays on its worker, and Dask makes it again on another one when the worker dies.
Each question to it is one more task that depends on it. So Dask places, watches and repeats; nothing here is a
scheduler.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any

import numpy as np
from distributed import Client, wait
from distributed.client import ClosedClientError, FuturesCancelledError
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker, NoValidWorkerError
from numpy.typing import NDArray

from al_core.cluster import worker_tasks
from al_core.cluster.cluster import Cluster, Task
from al_core.cluster.environment import environment
from al_core.cluster.missing_packages import lacks_package
from al_core.cluster.shard import Call, ShardPlan
from al_core.cluster.shards import Gathering, Loan, Shards
from al_core.exceptions import ServerError

# How often the caller looks whether it should stop: canceling takes two seconds at most.
_SECONDS_PER_LOOK = 0.2
# How long to wait for a worker when none is left: one that was killed is started again by its nanny within seconds.
_SECONDS_WITHOUT_WORKERS = 30
_SECONDS_PER_CENSUS = 2
# Tasks under way per thread: one is done, the next one is there already, and one slow task does not hold up the others.
_TASKS_AHEAD = 4
# The same where a task has all threads of its worker, and vectors of other workers wait there for it.
_GATHERINGS_AHEAD = 2


class DaskShards(Shards):
    """Shards on Dask workers."""

    def __init__(self, cluster: "DaskCluster", futures: Sequence[Any], starts: NDArray[np.int64]) -> None:
        self.starts = starts
        self._cluster = cluster
        self._futures = futures

    def ask(self, calls: Sequence[Call | None], tick: Callable[[], None], loan: Loan | None = None) -> list[Any]:
        """Return each shard's answer to its call, None where there is none; `tick` may raise to stop."""
        asked = [i for i, call in enumerate(calls) if call is not None]
        jobs = [(worker_tasks.answer_call, self._futures[i], calls[i], loan) for i in asked]
        answers: list[Any] = [None] * len(calls)
        for i, answer in zip(asked, self._cluster.submit_all(jobs, tick), strict=True):
            answers[i] = answer
        return answers

    def gather(
        self, gatherings: Iterable[Gathering], tick: Callable[[], None], loan: Loan | None = None
    ) -> Iterator[Any]:
        """Yield the result of each work in order; Dask does it where most of its vectors are."""
        submits = (partial(self._gather, gathering, loan) for gathering in gatherings)
        return self._cluster.in_order(submits, _GATHERINGS_AHEAD * len(self), tick)

    def _gather(self, gathering: Gathering, loan: Loan | None) -> Any:
        submit = self._cluster.submit
        calls = zip(self._futures, gathering.calls(self), strict=True)
        parts = [submit(worker_tasks.answer_call, shard, call, None) for shard, call in calls if call is not None]
        # Nobody but this task waits for its parts: Dask frees them after it, and makes again those that are lost.
        return submit(worker_tasks.work_on_parts, gathering.work, loan, parts)

    @contextmanager
    def lend(self, value: Any) -> Iterator[Loan]:
        """Lend something: the result of a task, which workers get from each other, and which is made again if lost."""
        with self._cluster.kept(worker_tasks.keep, value) as future:
            yield future


class DaskCluster(Cluster):
    """The workers of a Dask scheduler, one shard each."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address
        self._environment = environment()
        self._workers = sorted(self._census())
        if not self._workers:
            raise ServerError(f"the scheduler at {address} has no workers: start one with 'dask worker {address}'")

    @property
    def n_shards(self) -> int:
        """One shard per worker."""
        return len(self._workers)

    def run(self, tasks: Sequence[Task], tick: Callable[[], None]) -> list[Any]:
        """Return the result of each task; `tick` is called now and then and may raise to stop."""
        return self.submit_all([(worker_tasks.run_task, task) for task in tasks], tick)

    @contextmanager
    def shards(self, plans: Sequence[ShardPlan], starts: NDArray[np.int64]) -> Iterator[Shards]:
        """Open shards, which are freed at the end."""
        # No worker is asked for: the scheduler gives shards to idle ones, while tasks for workers that have all gone
        # wait for these very ones, even when others have come (distributed's
        # `bulk_schedule_unrunnable_after_adding_worker`).
        futures = [self.submit(worker_tasks.make_shard, plan) for plan in plans]
        try:
            yield DaskShards(self, futures, starts)
        finally:
            self._cancel(futures)

    def stream(self, tasks: Iterable[Task], tick: Callable[[], None]) -> Iterator[Any]:
        """Yield the result of each task in order; only so many are made and under way as keep all workers busy."""
        submits = (partial(self.submit, worker_tasks.run_task, task) for task in tasks)
        yield from self.in_order(submits, _TASKS_AHEAD * self._n_threads(), tick)

    def in_order(self, submits: Iterable[Callable[[], Any]], n_ahead: int, tick: Callable[[], None]) -> Iterator[Any]:
        """Yield the results of what is submitted by calling each function, while so many are under way."""
        remaining = iter(submits)
        pending: deque[Any] = deque()
        try:
            while True:
                with self._explained():
                    pending.extend(submit() for submit in islice(remaining, n_ahead - len(pending)))
                if not pending:
                    return
                with self._explained():
                    self._wait([pending[0]], tick)
                    [result] = self._client.gather([pending[0]])
                # Freed on its worker only now: until then Dask makes it again if that worker dies.
                pending.popleft()
                yield result
        finally:
            self._cancel(list(pending))

    def submit_all(self, jobs: Sequence[tuple[Any, ...]], tick: Callable[[], None]) -> list[Any]:
        """Return the results of functions with their arguments, while `tick` is called; it may raise to stop.

        Raises:
            ServerError: If the scheduler goes, or no worker is left, or some die again and again.
            MissingInputError: If a worker lacks a package.
        """
        futures: list[Any] = []
        try:
            with self._explained():
                futures += [self.submit(*job) for job in jobs]
                self._wait(futures, tick)
                results: list[Any] = self._client.gather(futures)
        finally:
            # What still runs stops at its next look (`worker_tasks`).
            self._cancel(futures)
        return results

    @contextmanager
    def kept(self, function: Callable[..., Any], *arguments: Any) -> Iterator[Any]:
        """Yield the result of a function as what other functions can be given: it stays with the workers."""
        future = self.submit(function, *arguments)
        try:
            yield future
        finally:
            self._cancel([future])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise errors of al_core when the scheduler goes, workers die, or one lacks a package."""
        try:
            yield
        except KilledWorker as error:
            raise ServerError(
                f"workers of the scheduler at {self._address} died one after the other during the same work, perhaps "
                "for lack of memory: give them more, or start more workers so that each holds less"
            ) from error
        except (FuturesCancelledError, ClosedClientError, CommClosedError) as error:
            raise ServerError(
                f"the connection to the scheduler at {self._address} was lost; nothing was stored: start the work "
                "again once the scheduler is back"
            ) from error
        except NoValidWorkerError as error:
            raise ServerError(f"no worker of the scheduler at {self._address} can do this work: {error}") from error
        except ModuleNotFoundError as error:
            raise lacks_package(self._address, error) from error

    def _n_threads(self) -> int:
        """Return how many tasks the workers run at once; one worker at least, which may be on its way."""
        workers = self._client.scheduler_info()["workers"].values()
        n_threads: int = sum(worker["nthreads"] for worker in workers)
        return max(1, n_threads)

    def _cancel(self, futures: Sequence[Any]) -> None:
        # Without its scheduler there is nothing to cancel, and another error to tell.
        with suppress(ClosedClientError, OSError):
            self._client.cancel(futures)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return the future of a function with its arguments."""
        # Through the scheduler and not scattered: the scheduler can then send the arguments to another worker.
        # Dask would answer a pure task that looks like an earlier one from memory.
        return self._client.submit(function, *arguments, self._environment, pure=False)

    def _wait(self, futures: Sequence[Any], tick: Callable[[], None]) -> None:
        last_census = last_seen = monotonic()
        while True:
            try:
                # `wait` asks the current client of the thread, and ours is not the default of the process.
                with self._client.as_current():
                    wait(futures, timeout=_SECONDS_PER_LOOK)
                return
            except TimeoutError:
                tick()
            now = monotonic()
            if now - last_census > _SECONDS_PER_CENSUS:
                last_census = now
                last_seen = now if self._census() else last_seen
                if now - last_seen > _SECONDS_WITHOUT_WORKERS:
                    raise ServerError(
                        f"no worker of the scheduler at {self._address} is left; nothing was stored: start workers and "
                        "then the work again"
                    )

    def _census(self) -> list[str]:
        """Return the addresses of the workers."""
        return list(self._client.scheduler_info()["workers"])
