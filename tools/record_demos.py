"""Runs the rounds of the demos and writes `al_core/demos/recordings`: `python -m tools.record_demos [NAME …]`."""

import sys
import tempfile
from pathlib import Path

from al_core.demos.demo import Demo
from al_core.demos.digits import Digits
from al_core.demos.recording import FOLDER, write_recording
from al_core.store import Workspace

DEMOS: tuple[Demo, ...] = (Digits(),)


def main() -> None:
    """Record the demos that are named, or all."""
    for demo in DEMOS:
        if not sys.argv[1:] or demo.name in sys.argv[1:]:
            with tempfile.TemporaryDirectory() as home, Workspace(Path(home)) as workspace:
                write_recording(demo.name, list(demo.record(workspace)))
            print(f"{demo.name}: {(FOLDER / f'{demo.name}.npz').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
