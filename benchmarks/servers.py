"""Claim: two servers over one PostgreSQL catalog and one bucket lose nothing that one of them has acknowledged.

Six clients send each request to one server or the other: tags are created, renamed and deleted, scores replaced and
deleted, samples selected, embeddings added. Each client writes down what it was told was stored. Afterwards both
servers have to show all of it, every array has to have a row for each sample, every tag a parent, every object a row,
and no client may have seen another error than a refusal in words.

`python -m benchmarks.servers [SECONDS]`; moto serves the bucket, on this machine.
"""

import os
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.remote import RemoteWorkspace
from al_core.store import Dataset, Kind, Workspace
from benchmarks import kill
from benchmarks.writers import DATASET, N_SAMPLES, Outcome, Writer, is_over_after, outcome_of
from tests.buckets import CREDENTIALS, new_bucket, running_s3
from tests.e2e.server import free_port
from tests.postgres import running_server

SECONDS = 60
N_SERVERS = 2
N_CLIENTS = 6


class Client(Writer):
    """Random requests of one client, each to one of the servers."""

    def __init__(self, servers: list[str], cache: Path, name: str, seed: int) -> None:
        super().__init__(name, seed)
        self._workspaces = [
            RemoteWorkspace(server, None, cache / f"{name} {number}") for number, server in enumerate(servers)
        ]

    def run(self, is_over: Callable[[int], bool]) -> None:
        operations: list[Callable[[Dataset], None]] = [
            *[self.create_tag, self.pass_a_tag_around, self.delete_tag, self.select, self.add_embedding],
            *[self.replace_own_score, self.replace_shared_score, self.delete_score, self.read_score],
        ]
        self.repeat(operations, lambda: self._random.choice(self._workspaces).dataset(DATASET), is_over)

    def select(self, dataset: Dataset) -> None:
        assert dataset.server
        config = SelectionConfig("RANDOM", 5, name=self.unique_name())
        tag = dataset.server.select(config, labeled_tag=dataset.tag("one"))
        self.record.tags[tag.name] = tag.rows.tolist()

    def add_embedding(self, dataset: Dataset) -> None:
        name = self.unique_name()
        dataset.arrays.save(Kind.EMBEDDING, {name: np.ones((N_SAMPLES, 2), np.float32)})
        self.record.embeddings.append(name)


@contextmanager
def serving(folder: Path) -> Iterator[list[str]]:
    """The addresses of servers with homes of their own, over the catalog and the bucket of the environment."""
    ports = [free_port() for _ in range(N_SERVERS)]
    servers = []
    try:
        for port in ports:
            servers.append(kill.start(folder / f"server {port}", port))
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        for server in servers:
            server.kill()
            server.wait()


def run(folder: Path, *, seed: int, limit: str) -> Outcome:
    """Send requests to both servers and check everything; `limit` is as `is_over_after` reads it."""
    with Workspace(folder / "home") as workspace, serving(folder) as addresses:
        filenames = [f"{row}.png" for row in range(N_SAMPLES)]
        dataset = workflow.create_dataset(workspace, DATASET, filenames, np.ones((N_SAMPLES, 2)))
        dataset.create_tag("one", np.array([0]))
        clients = [Client(addresses, folder / "cache", f"c{number}", seed + number) for number in range(N_CLIENTS)]
        threads = [threading.Thread(target=client.run, args=[is_over_after(limit)]) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcome = outcome_of(workspace, [client.record for client in clients])
        stored = workspace.dataset(DATASET)
        differing = [f"{address} shows other tags" for address in addresses if not _shows(address, stored, folder)]
    return replace(outcome, problems=outcome.problems + differing)


def _shows(address: str, stored: Dataset, folder: Path) -> bool:
    """Return whether a server shows all tags, whichever of them has stored one."""
    shown = RemoteWorkspace(address, None, folder / "cache").dataset(DATASET)
    return {tag.name: tag.rows.tolist() for tag in shown.tags()} == {
        tag.name: tag.rows.tolist() for tag in stored.tags()
    }


def main(seconds: float = SECONDS) -> None:
    with tempfile.TemporaryDirectory() as folder, running_server() as url, running_s3() as endpoint:
        os.environ |= CREDENTIALS | {
            "AWS_ENDPOINT_URL": endpoint,
            "AL_CORE_DATABASE_URL": url,
            "AL_CORE_ARRAYS": f"s3://{new_bucket(endpoint)}/arrays",
        }
        outcome = run(Path(folder), seed=random.randrange(10**6), limit=f"{seconds}s")
    print(
        f"{outcome.n_done} requests of {N_CLIENTS} clients to {N_SERVERS} servers over PostgreSQL and S3 acknowledged, "
        f"{outcome.n_refused} refused in words, {len(outcome.problems)} problems"
    )
    sys.exit("\n".join(outcome.problems) or None)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
