"""Whether this process has loaded the compiled distance kernels.

Importing numba and reading the kernels from their cache takes about 0.4 s of processor time, once per process (the side
`al_core_first` in docs/benchmarks/kcenter.md), so small tasks finish sooner in plain numpy. Which way is taken never
changes a result: both measure the same distance to the last bit.
"""

from threading import Event

_loaded = Event()


def load() -> None:
    """Load the kernels; every function that is about to call one does this first."""
    import al_core.geometry.distance_kernel  # noqa: F401 - the import is the work

    _loaded.set()


def are_loaded() -> bool:
    """Return whether `load` has run in this process."""
    return _loaded.is_set()
