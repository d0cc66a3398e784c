import subprocess
import sys

from al_core.formats.worker.limits import OUT_OF_MEMORY, resident_bytes

PROGRAM = """
import numpy as np
from al_core.formats.worker import limits
from al_core.formats.worker.budget import Budget

limits._has_data_limit = lambda: {has_data_limit}
process = limits.Limits()
process.begin()
process.apply(Budget(0))
np.ones(100_000_000, np.uint8)
print("100 MB", flush=True)
process.apply(Budget(100_000_000))
np.ones(400_000_000, np.uint8)
print("400 MB", flush=True)
process.apply(Budget(0))
rows = []
while True:
    rows.append(np.ones(10_000_000, np.uint8))
"""


def run(has_data_limit: bool) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(has_data_limit=has_data_limit)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_the_system_refuses_memory_beyond_the_budget() -> None:
    outcome = run(has_data_limit=True)
    assert outcome.stdout.split("\n")[:2] == ["100 MB", "400 MB"]
    assert "MemoryError" in outcome.stderr


def test_where_the_system_has_no_such_limit_the_process_watches_itself() -> None:
    outcome = run(has_data_limit=False)
    assert outcome.stdout.split("\n")[:2] == ["100 MB", "400 MB"]
    assert outcome.returncode == OUT_OF_MEMORY


def test_resident_memory_is_in_bytes() -> None:
    assert 10_000_000 < resident_bytes() < 100_000_000_000
