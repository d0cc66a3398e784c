"""Claim: whatever several processes write to one dataset at once, nothing acknowledged is lost or left half.

Threads of three processes create, rename, delete and bring back tags, replace and delete scores, change attributes, add
samples and count them in. Each writes down what it was told was stored. Afterwards everything acknowledged has to be
there, every array has to have a row for each sample, every tag a parent, every file a row, and nobody may have seen
another error than a refusal in words.

`python -m benchmarks.writers [SECONDS]`; with AL_CORE_DATABASE_URL the catalog is in that database.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from al_core.exceptions import AlreadyExistsError, NotAllowedError, NotFoundError
from al_core.store import INITIAL_TAG, Dataset, Kind, LocalDataset, TagOrigin, Workspace

AnyDataset = TypeVar("AnyDataset", bound=Dataset)

SECONDS = 120
N_PROCESSES = 2
N_THREADS = 3
N_SAMPLES = 50
DATASET = "shared"
REFUSALS = (AlreadyExistsError, NotAllowedError, NotFoundError)


@dataclass
class Record:
    """What one thread was told was stored."""

    tags: dict[str, list[int]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    attributes: list[str] = field(default_factory=list)
    sample_attributes: list[str] = field(default_factory=list)
    filenames: list[str] = field(default_factory=list)
    embeddings: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Writer:
    """Random writes of one thread, each on the dataset as it finds it.

    Attributes:
        stores_orders: Whether its tags have an order, as selections do; servers make theirs themselves.
    """

    stores_orders = False

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._random = random.Random(seed)
        self._count = 0
        self.record = Record()

    def repeat(
        self,
        operations: Sequence[Callable[[AnyDataset], None]],
        find_dataset: Callable[[], AnyDataset],
        is_over: Callable[[int], bool],
    ) -> None:
        """Do one of the operations after the other, and write down what came of each."""
        while not is_over(self._count):
            self._count += 1
            operation = self._random.choice(operations)
            try:
                operation(find_dataset())
                self.record.done[operation.__name__] += 1
            except REFUSALS:
                self.record.refused[operation.__name__] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a result
                self.record.failures.append(f"{operation.__name__}: {type(error).__name__}: {error}")

    def create_tag(self, dataset: Dataset) -> None:
        rows = np.array(sorted(self._random.sample(range(N_SAMPLES), 5)))
        parents = [tag for tag in dataset.tags() if tag.name.startswith("any ")]
        # Below a tag that others may delete: then it is refused, and never stored without its parent.
        parent = self._random.choice(parents) if parents else None
        order = rows[::-1] if self.stores_orders else None
        dataset.create_tag(self.unique_name(), rows, TagOrigin(parent=parent, order=order))
        self.record.tags[self.unique_name()] = rows.tolist()

    def pass_a_tag_around(self, dataset: Dataset) -> None:
        name = f"any {self._random.randrange(4)}"
        tag = dataset.find_tag(name)
        if tag:
            dataset.rename_tag(tag, f"any {self._random.randrange(4)}")
        else:
            dataset.create_tag(name, np.array([0]))

    def delete_tag(self, dataset: Dataset) -> None:
        dataset.delete_tag(dataset.tag(f"any {self._random.randrange(4)}"))

    def replace_own_score(self, dataset: Dataset) -> None:
        value = self._random.random()
        dataset.arrays.save(Kind.SCORE, {f"of {self._name}": np.full(dataset.n_samples, value)})
        self.record.scores[f"of {self._name}"] = value

    def replace_shared_score(self, dataset: Dataset) -> None:
        value = self._random.random()
        names = self._random.sample(["any 0", "any 1", "any 2"], 2)
        dataset.arrays.save(Kind.SCORE, {name: np.full(dataset.n_samples, value) for name in names})

    def delete_score(self, dataset: Dataset) -> None:
        dataset.arrays.delete(Kind.SCORE, f"any {self._random.randrange(3)}")

    def read_score(self, dataset: Dataset) -> None:
        for stored in dataset.arrays.all(Kind.SCORE):
            values = dataset.arrays.read(stored)[:N_SAMPLES]
            assert len(set(values.tolist())) == 1, f"score '{stored.name}' is of two writers"

    def unique_name(self) -> str:
        return f"{self._name} {self._count}"


class LocalWriter(Writer):
    """Writes by a workspace, with what only that can."""

    stores_orders = True

    def __init__(self, workspace: Workspace, name: str, seed: int) -> None:
        super().__init__(name, seed)
        self._workspace = workspace

    def run(self, is_over: Callable[[int], bool]) -> None:
        operations: list[Callable[[LocalDataset], None]] = [
            *[self.create_tag, self.pass_a_tag_around, self.delete_tag, self.restore],
            *[self.replace_own_score, self.replace_shared_score, self.delete_score, self.read_score],
            *[self.change_attributes, self.change_sample, self.add_sample, self.grow, self.add_embedding],
        ]
        self.repeat(operations, lambda: self._workspace.dataset(DATASET), is_over)

    def restore(self, dataset: LocalDataset) -> None:
        tombstones = [stone for stone in self._workspace.tombstones.all(dataset.id) if stone.name.startswith("any ")]
        if tombstones:
            self._workspace.tombstones.restore(self._random.choice(tombstones).id)

    def change_attributes(self, dataset: LocalDataset) -> None:
        key = self.unique_name()
        dataset.set_attributes({key: 1})
        self.record.attributes.append(key)

    def change_sample(self, dataset: LocalDataset) -> None:
        key = self.unique_name()
        dataset.samples.change_attributes(0, "0.png", lambda attributes: {**attributes, key: 1})
        self.record.sample_attributes.append(key)

    def add_sample(self, dataset: LocalDataset) -> None:
        filename = f"{self.unique_name()}.png"
        dataset.samples.add(filename, {})
        self.record.filenames.append(filename)

    def grow(self, dataset: LocalDataset) -> None:
        name = self.unique_name()
        if dataset.grow(name).name == name:
            self.record.tags[name] = dataset.tag(name).rows.tolist()

    def add_embedding(self, dataset: LocalDataset) -> None:
        name = f"embedding {self._random.randrange(1000)}"
        dataset.arrays.save(Kind.EMBEDDING, {name: np.ones((dataset.n_samples, 2), np.float32)})
        self.record.embeddings.append(name)


def write(home: Path, name: str, seed: int, is_over: Callable[[int], bool]) -> list[Record]:
    """Let the threads of this process write, and return what each was told."""
    with Workspace(home) as workspace:
        writers = [LocalWriter(workspace, f"{name}.{number}", seed + number) for number in range(N_THREADS)]
        threads = [threading.Thread(target=writer.run, args=[is_over]) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return [writer.record for writer in writers]


def missing(dataset: LocalDataset, records: list[Record]) -> list[str]:
    """Return what was acknowledged and is not there."""
    tags = {tag.name: tag.rows.tolist() for tag in dataset.tags()}
    scores = {stored.name: dataset.arrays.read(stored)[0] for stored in dataset.arrays.all(Kind.SCORE)}
    filenames = {*dataset.filenames(), *dataset.samples.filenames(dataset.n_samples)}
    embeddings = {
        stored.name for kind in (Kind.EMBEDDING, Kind.PARTIAL_EMBEDDING) for stored in dataset.arrays.all(kind)
    }
    of_sample = dataset.samples.attributes(0).get(0, {})
    lost = []
    for record in records:
        lost += [f"tag {name}" for name, rows in record.tags.items() if tags.get(name) != rows]
        lost += [f"score {name}" for name, value in record.scores.items() if scores.get(name) != value]
        lost += [f"attribute {key}" for key in record.attributes if key not in dataset.attributes]
        lost += [f"attribute {key} of a sample" for key in record.sample_attributes if key not in of_sample]
        lost += [f"sample {name}" for name in record.filenames if name not in filenames]
        lost += [f"embedding {name}" for name in record.embeddings if name not in embeddings]
    return lost


def faults(workspace: Workspace, dataset: LocalDataset) -> list[str]:
    """Return what is not whole."""
    checks = workspace.checks
    found = [*checks.damaged_arrays(), *checks.damaged_filenames(), *checks.wrong_tags(), *checks.dangling_orders()]
    problems = [f"{fault.kind} '{fault.name}' {fault.problem}" for fault in found]
    problems += [f"{path.name} has no row" for path in checks.unnamed_files()]
    names = dataset.filenames() + dataset.samples.filenames(dataset.n_samples)
    if len(set(names)) != len(names) or len(names) != dataset.n_samples + dataset.n_pending:
        problems.append(f"there are {len(names)} filenames of {dataset.n_samples} + {dataset.n_pending} samples")
    if dataset.tag(INITIAL_TAG).size != dataset.n_samples:
        problems.append(f"'{INITIAL_TAG}' does not hold every sample")
    return problems


@dataclass(frozen=True)
class Outcome:
    """What became of all writes."""

    n_done: int
    n_refused: int
    problems: list[str]


def run(home: Path, *, seed: int, limit: str) -> Outcome:
    """Write from several processes and check everything; `limit` is as `is_over_after` reads it."""
    with Workspace(home) as workspace:
        filenames = [f"{row}.png" for row in range(N_SAMPLES)]
        workspace.create_dataset(DATASET, filenames)
    command = [sys.executable, "-m", "benchmarks.writers", "--child", str(home), limit]
    children = [
        subprocess.Popen([*command, str(seed + 100 * number)], stdout=subprocess.PIPE, text=True)
        for number in range(1, N_PROCESSES + 1)
    ]
    records = write(home, "p0", seed, is_over_after(limit))
    for child in children:
        output, _ = child.communicate()
        assert child.returncode == 0, "a writing process ended early"
        records += [_read(line) for line in output.splitlines()]
    with Workspace(home) as workspace:
        return outcome_of(workspace, records)


def outcome_of(workspace: Workspace, records: list[Record]) -> Outcome:
    """Compare what was acknowledged with what is stored."""
    dataset = workspace.dataset(DATASET)
    problems = [failure for record in records for failure in record.failures]
    problems += [f"{what} was acknowledged and is lost" for what in missing(dataset, records)]
    problems += faults(workspace, dataset)
    n_done, n_refused = (sum(getattr(record, name).total() for record in records) for name in ("done", "refused"))
    return Outcome(n_done, n_refused, problems)


def is_over_after(limit: str) -> Callable[[int], bool]:
    """Return whether a thread has written enough: `30s`, or `30` for that many writes."""
    if limit.endswith("s"):
        end = time.monotonic() + float(limit[:-1])
        return lambda _n_written: time.monotonic() > end
    return partial(_has_written, int(limit))


def _has_written(n_writes: int, n_written: int) -> bool:
    return n_written >= n_writes


def _read(line: str) -> Record:
    content: dict[str, Any] = json.loads(line)
    for name in ("done", "refused"):
        content[name] = Counter(content[name])
    return Record(**content)


def main(seconds: float = SECONDS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), seed=random.randrange(10**6), limit=f"{seconds}s")
    print(
        f"{outcome.n_done} writes of {N_THREADS * (N_PROCESSES + 1)} threads in {N_PROCESSES + 1} processes, "
        f"{outcome.n_refused} refused in words, {len(outcome.problems)} problems"
    )
    sys.exit("\n".join(outcome.problems) or None)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _, _, home, limit, seed = sys.argv
        for record in write(Path(home), f"p{seed}", int(seed), is_over_after(limit)):
            print(json.dumps(vars(record)))
    else:
        main(*map(float, sys.argv[1:]))
