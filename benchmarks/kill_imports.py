"""Claim: a dashboard killed while it imports leaves a workspace that is whole, in which the import can be done again.

40 times, a process runs the jobs of the dashboard, which embed a folder and store predictions, until SIGKILL ends it at
a random moment. Then `Doctor` must find nothing, everything acknowledged must be there, no job may count as running,
and the next process must be able to do what the last one had begun.

`python -m benchmarks.kill_imports [KILLS]`; with AL_CORE_DATABASE_URL the catalog is in that database.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from al_core import workflow
from al_core.formats import read_predictions
from al_core.jobs import Job, Jobs, JobState
from al_core.store import Kind, Workspace
from al_core.types import Progress

N_KILLS = 40
N_IMAGES = 12
N_SAMPLES = 20_000
LABELED = "labeled"
MOST_SECONDS = 5.0
"""Kills come up to this long after the first job has begun; one of each kind takes about as long."""


def write_inputs(folder: Path) -> None:
    """Write a folder of images and a file of predictions."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir()
    for number in range(N_IMAGES):
        pixels = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"{number:02d}.png")
    np.save(folder / "predictions.npy", rng.dirichlet(np.ones(5), N_SAMPLES).astype(np.float32))


def import_forever(home: Path, folder: Path) -> None:
    """Run one import after the other, as the dashboard does, and print the name of each that is done."""
    with Workspace(home) as workspace:
        jobs = Jobs(workspace.job_records)
        dataset = workspace.dataset(LABELED)
        predictions = read_predictions(folder / "predictions.npy").with_filenames(
            dataset.filenames(), "predictions.npy"
        )
        report = workflow.check_predictions(dataset, predictions)

        def embed(name: str) -> Callable[[Progress], Any]:
            return lambda progress: workflow.dataset_from_images(workspace, folder / "images", name, progress=progress)

        def store(name: str) -> Callable[[Progress], Any]:
            return lambda progress: workflow.store_predictions(
                dataset, predictions, report, name=name, progress=progress
            )

        print("begins", flush=True)
        taken = {one.name for one in workspace.datasets()}
        for number in count():
            name = f"folder {number}"
            if name not in taken:
                _do(jobs, f"embed {name}", embed(name))
            _do(jobs, f"store p{number % 3}", store(f"p{number % 3}"))


def _do(jobs: Jobs, what: str, work: Callable[[Progress], Any]) -> None:
    job: Job = jobs.start(what, what, work)
    job.wait()
    if job.state is not JobState.FINISHED:
        sys.exit(f"{what} failed: {job.error}")
    print(what, flush=True)


def kill_once(home: Path, folder: Path) -> list[str]:
    """Let a process import until it is killed, and return what it said was done."""
    command = [sys.executable, "-m", "benchmarks.kill_imports", "--child", str(home), str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout
    begins = child.stdout.readline()
    time.sleep(random.uniform(0, MOST_SECONDS))
    child.kill()
    output, errors = child.communicate()
    assert begins == "begins\n", errors
    assert child.returncode == -9, f"an import that was killed before could not be done again: {errors}"
    # The last line may have been cut.
    return [line for line in output.splitlines(keepends=True) if line.endswith("\n")]


def problems_of(home: Path, acknowledged: set[str]) -> list[str]:
    """Return what is not whole, or not there."""
    with Workspace(home) as workspace:
        problems = [finding.sentence for finding in workspace.doctor.examine()]
        running = [job.title for job in workspace.job_records.all() if job.state in ("WAITING", "RUNNING")]
        problems += [f"job '{title}' still counts as running" for title in running]
        # Also those that nobody acknowledged: a dataset is there as a whole or not at all.
        folders = [dataset.name for dataset in workspace.datasets() if dataset.name != LABELED]
        problems += [f"dataset '{name}' is not complete" for name in folders if not _is_embedded(workspace, name)]
        labeled = workspace.dataset(LABELED)
        scored = {stored.attributes.get("prediction") for stored in labeled.arrays.all(Kind.SCORE)}
        for what in sorted(acknowledged):
            verb, _, name = what.strip().partition(" ")
            if verb == "embed" and name not in folders:
                problems.append(f"dataset '{name}' was acknowledged and is not there")
            if verb == "store" and (labeled.arrays.find(Kind.PREDICTION, name) is None or not scored):
                problems.append(f"predictions '{name}' were acknowledged and are not there")
    return problems


def _is_embedded(workspace: Workspace, name: str) -> bool:
    dataset = workspace.dataset(name)
    embeddings = dataset.arrays.all(Kind.EMBEDDING)
    n_metadata = len(dataset.arrays.all(Kind.METADATA))
    return dataset.n_samples == N_IMAGES and len(embeddings) == 1 and n_metadata > 0


def run(home: Path, folder: Path, n_kills: int) -> tuple[int, list[str]]:
    """Return how many imports were acknowledged, and what is wrong, after killing that many processes."""
    write_inputs(folder)
    with Workspace(home) as workspace:
        names = [f"{row}.png" for row in range(N_SAMPLES)]
        workflow.create_dataset(workspace, LABELED, names, np.random.default_rng(1).normal(size=(N_SAMPLES, 8)))
    acknowledged: list[str] = []
    problems: list[str] = []
    for _ in range(n_kills):
        acknowledged += kill_once(home, folder)
        problems += problems_of(home, set(acknowledged))
    return len(acknowledged), problems


def main(n_kills: int = N_KILLS) -> None:
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        n_acknowledged, problems = run(Path(home), Path(folder), n_kills)
    print(f"killed {n_kills} times; {n_acknowledged} imports were acknowledged, {len(problems)} problems")
    sys.exit("\n".join(problems) or None)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        import_forever(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:]))
