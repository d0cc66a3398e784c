"""The limits of this process, which the operating system holds where it can."""

import os
import sys
import threading
import time
from pathlib import Path

from al_core.formats.worker.budget import Budget

OUT_OF_MEMORY = 86
"""The exit status of a worker that has watched itself exceed its memory."""

_WATCH_SECONDS = 0.02
_STATM = Path("/proc/self/statm")
# Data and stack in pages, see proc(5).
_DATA_FIELD = 5


class Limits:
    """Limits of memory and processor time that grow with the budget of a file and shrink for the next one."""

    def __init__(self) -> None:
        self._allowed_bytes = 0
        self._watcher: threading.Thread | None = None
        self._begin_bytes = 0

    def begin(self) -> None:
        """Remember what the process has before it reads a file."""
        self._begin_bytes = _data_bytes() if _has_data_limit() else resident_bytes()

    def apply(self, budget: Budget) -> None:
        """Hold the process to a budget from now on."""
        self._allowed_bytes = self._begin_bytes + budget.memory_bytes
        if _has_data_limit():
            _limit("RLIMIT_DATA", self._allowed_bytes)
        elif self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()
        if sys.platform != "win32":
            _limit("RLIMIT_CPU", int(time.process_time()) + 1 + budget.seconds)

    def _watch(self) -> None:
        while True:
            if resident_bytes() > self._allowed_bytes:
                os._exit(OUT_OF_MEMORY)
            time.sleep(_WATCH_SECONDS)


def _has_data_limit() -> bool:
    # Linux counts all private memory under it; elsewhere it has no effect on what malloc maps.
    return sys.platform == "linux" and _STATM.exists()


def _data_bytes() -> int:
    return int(_STATM.read_text().split()[_DATA_FIELD]) * os.sysconf("SC_PAGE_SIZE")


if sys.platform == "win32":

    def resident_bytes() -> int:
        """Return the largest memory that the process has had."""
        import ctypes
        from ctypes import wintypes

        names = ("peak", "working_set", "peak_paged", "paged", "peak_unpaged", "unpaged", "pagefile", "peak_pagefile")

        class Counters(ctypes.Structure):
            _fields_ = (
                ("size", wintypes.DWORD),
                ("faults", wintypes.DWORD),
                *((name, ctypes.c_size_t) for name in names),
            )

        counters = Counters(size=ctypes.sizeof(Counters))
        process = wintypes.HANDLE(ctypes.windll.kernel32.GetCurrentProcess())
        ctypes.windll.kernel32.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
        return int(counters.working_set)

else:
    import resource

    def resident_bytes() -> int:
        """Return the largest memory that the process has had."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024

    def _limit(name: str, value: int) -> None:
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        # The soft limit alone: it has to rise again for the next file.
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
