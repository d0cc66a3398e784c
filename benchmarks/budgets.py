"""Claim: a file of a million rows takes at most four times its size and 200 MB of memory.

Run `python -m benchmarks.budgets`. Every file is written and read in a process of its own, so that the peak memory, the
interpreter's included, belongs to it. The processor time is printed beside 60 s per GB, which are the aim. It depends
on the machine, so only memory makes the command fail.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

N_ROWS = 1_000_000
N_CLASSES = 10
BOXES_PER_IMAGE = 5
BYTES_PER_BYTE = 4
BASE_MB = 200
SECONDS_PER_GB = 60


@dataclass(frozen=True)
class Case:
    """A file.

    Attributes:
        name: What it is called.
        lines: Its lines, the header first.
        are_labels: Whether it is read as labels, or else as predictions.
    """

    name: str
    lines: Callable[[], Iterable[str]]
    are_labels: bool = False


def json_lines() -> Iterable[str]:
    rows = np.random.default_rng(0).dirichlet(np.ones(3), N_ROWS).round(4).tolist()
    return (f'{{"filename": "img_{row:07d}.jpg", "probabilities": {cells}}}' for row, cells in enumerate(rows))


def long_form(*, by_class: bool) -> Iterable[str]:
    n_images = N_ROWS // N_CLASSES
    numbers = np.random.default_rng(0).dirichlet(np.ones(N_CLASSES), n_images).round(5)
    yield "filename,class,probability"
    order = np.arange(N_ROWS).reshape(n_images, N_CLASSES)
    for cell in (order.T if by_class else order).ravel().tolist():
        image, label = divmod(cell, N_CLASSES)
        yield f"img_{image:07d}.jpg,class_{label},{numbers[image, label]}"


def classes() -> Iterable[str]:
    yield "filename,label"
    for row, label in enumerate(np.random.default_rng(0).integers(0, N_CLASSES, N_ROWS).tolist()):
        yield f"img_{row:07d}.jpg,class_{label}"


def boxes() -> Iterable[str]:
    rng = np.random.default_rng(0)
    corners = np.hstack([rng.integers(0, 300, (N_ROWS, 2)), rng.integers(310, 600, (N_ROWS, 2))]).tolist()
    yield "filename,width,height,label,xmin,ymin,xmax,ymax"
    for row, (label, box) in enumerate(zip(rng.integers(0, N_CLASSES, N_ROWS).tolist(), corners, strict=True)):
        yield f"img_{row // BOXES_PER_IMAGE:07d}.jpg,640,640,class_{label},{','.join(map(str, box))}"


CASES = (
    Case("probabilities.jsonl", json_lines),
    Case("by_image.csv", lambda: long_form(by_class=False)),
    Case("by_class.csv", lambda: long_form(by_class=True)),
    Case("classes.csv", classes, are_labels=True),
    Case("boxes.csv", boxes, are_labels=True),
)


def write(case: Case, path: Path) -> None:
    """Write the file of a case."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in case.lines())


def read(case: Case, path: Path) -> None:
    """Read it, and print peak MB and processor seconds."""
    from al_core.formats import read_labels, read_predictions

    start = time.process_time()
    (read_labels if case.are_labels else read_predictions)(path)
    seconds = time.process_time() - start
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, seconds)


def run_apart(step: str, case: Case, path: Path) -> str:
    """Return what a step prints in a process of its own: a child inherits the peak of its parent."""
    command = [sys.executable, "-m", "benchmarks.budgets", step, case.name, str(path)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def main() -> None:
    """Measure all cases; exit with 1 if one takes more memory than it may."""
    is_over = False
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            path = Path(folder) / case.name
            run_apart("write", case, path)
            megabytes, seconds = map(float, run_apart("read", case, path).split())
            size = path.stat().st_size / 1e6
            allowed = BYTES_PER_BYTE * size + BASE_MB
            is_over |= megabytes > allowed
            aim = SECONDS_PER_GB * size / 1000
            print(
                f"{case.name:20} {size:4.0f} MB: {megabytes:4.0f} of {allowed:4.0f} MB, "
                f"{seconds:5.1f} s of the processor ({aim:.1f} s at {SECONDS_PER_GB} s per GB)",
                flush=True,
            )
    sys.exit(is_over)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        step, name, path = sys.argv[1:]
        {"write": write, "read": read}[step](next(case for case in CASES if case.name == name), Path(path))
    else:
        main()
