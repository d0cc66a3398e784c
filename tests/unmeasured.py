"""Processes of tests that coverage.py does not measure."""

import os


def unmeasured_environment() -> dict[str, str]:
    """Return the environment without what makes coverage.py measure a process that a test starts.

    Measuring doubles what a process takes, what a killed one has counted is lost, and tests in this process run the
    same lines.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
