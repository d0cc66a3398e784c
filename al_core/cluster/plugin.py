"""The check that each worker of a cluster makes when work begins, and when it joins later."""

from typing import Any

from distributed import WorkerPlugin

from al_core.cluster.environment import Environment


class EnvironmentCheck(WorkerPlugin):  # type: ignore[misc] # distributed's class is untyped for mypy (pyproject.toml)
    """Refuses a worker that would not give the results of one machine."""

    # One check per scheduler: that of the newest work.
    name = "al_core-environment"

    def __init__(self, expected: Environment) -> None:
        self._expected = expected

    def setup(self, worker: Any) -> None:
        """Raise `NotAllowedError` if the worker differs from whoever asks."""
        self._expected.check(f"the worker at {worker.address}")
