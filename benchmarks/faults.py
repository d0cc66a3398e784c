"""Claim: kills, races and bombs lose nothing, with the catalog in SQLite and in PostgreSQL.

Each row is one kind of attack on one database: how many tries, and how many of them lost or broke something.

`python -m benchmarks.faults [--kills N] [--seconds S] [--database sqlite|postgresql]`: N kills of a server and N of a
dashboard's imports, S seconds of races.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from al_core.exceptions import FileFormatError
from al_core.formats.worker import reading
from benchmarks import kill, kill_imports, writers
from tests.formats.bombs import BOMBS
from tests.postgres import running_server

KILLS = 20
SECONDS = 30.0
DATABASES = ("sqlite", "postgresql")

READ: dict[str, Callable[[Path], object]] = {
    "embeddings": reading.read_embeddings,
    "metadata": reading.read_metadata,
    "predictions": reading.read_predictions,
}


@dataclass(frozen=True)
class Result:
    """One kind of attack on one database.

    Attributes:
        n_tries: Kills, writes or files.
        losses: What was lost or broken, in words.
        n_acknowledged: What had to be there afterwards.
    """

    attack: str
    database: str
    n_tries: int
    losses: list[str]
    n_acknowledged: int
    seconds: float


def kill_servers(n_kills: int) -> tuple[int, int, list[str]]:
    """Return the number of kills, of what was acknowledged, and the losses."""
    with tempfile.TemporaryDirectory() as home:
        try:
            record = kill.run(Path(home), n_kills)
        except AssertionError as loss:
            return n_kills, 0, [str(loss)]
    return n_kills, len(record.samples) + len(record.images) + len(record.selections), []


def kill_importing(n_kills: int) -> tuple[int, int, list[str]]:
    """Return the number of kills, of what was acknowledged, and the losses."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        n_acknowledged, losses = kill_imports.run(Path(home), Path(folder), n_kills)
    return n_kills, n_acknowledged, losses


def race(seconds: float) -> tuple[int, int, list[str]]:
    """Return the number of writes, of those that were done, and the losses."""
    with tempfile.TemporaryDirectory() as home:
        outcome = writers.run(Path(home), seed=random.randrange(10**6), limit=f"{seconds}s")
    return outcome.n_done + outcome.n_refused, outcome.n_done, outcome.problems


def explode() -> tuple[int, int, list[str]]:
    """Return the number of bombs, of those refused with a sentence, and the others."""
    losses = []
    with tempfile.TemporaryDirectory() as folder:
        for bomb in BOMBS:
            try:
                READ[bomb.kind](bomb.made_in(Path(folder)))
                losses.append(f"{bomb.name} was read")
            except FileFormatError as refusal:
                if not str(refusal).startswith(bomb.name):
                    losses.append(f"{bomb.name}: {refusal}")
    return len(BOMBS), len(BOMBS) - len(losses), losses


def measured(attack: str, database: str, run: Callable[[], tuple[int, int, list[str]]]) -> Result:
    """Run an attack, print its row and return it."""
    started = time.monotonic()
    n_tries, n_acknowledged, losses = run()
    result = Result(attack, database, n_tries, losses, n_acknowledged, time.monotonic() - started)
    print(
        f"{attack:<24} {database:<10} {n_tries:>8,} tries {n_acknowledged:>8,} acknowledged {len(losses):>4} lost "
        f"{result.seconds:>6.0f} s",
        flush=True,
    )
    return result


def attack_store(database: str, kills: int, seconds: float, fresh: Callable[[], None]) -> list[Result]:
    """Run the attacks on the store, each with a catalog of its own; `fresh` makes an empty one."""
    attacks: list[tuple[str, Callable[[], tuple[int, int, list[str]]]]] = [
        ("kills of a server", lambda: kill_servers(kills)),
        ("kills of imports", lambda: kill_importing(kills)),
        ("races of writers", lambda: race(seconds)),
    ]
    results = []
    for attack, run in attacks:
        fresh()
        results.append(measured(attack, database, run))
    return results


@contextmanager
def empty_databases() -> Iterator[Callable[[], None]]:
    """Run a PostgreSQL server; what is yielded points AL_CORE_DATABASE_URL at a new database of it."""
    with running_server() as url:
        numbers = iter(range(10**6))

        def fresh() -> None:
            name = f"faults_{next(numbers)}"
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            engine.dispose()
            os.environ["AL_CORE_DATABASE_URL"] = url.replace("/postgres?", f"/{name}?")

        try:
            yield fresh
        finally:
            os.environ.pop("AL_CORE_DATABASE_URL", None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", choices=DATABASES, action="append")
    arguments = parser.parse_args()
    databases = arguments.database or DATABASES
    os.environ.pop("AL_CORE_DATABASE_URL", None)
    results = [measured("bombs", "-", explode)]
    if "sqlite" in databases:
        results += attack_store("sqlite", arguments.kills, arguments.seconds, lambda: None)
    if "postgresql" in databases:
        with empty_databases() as fresh:
            results += attack_store("postgresql", arguments.kills, arguments.seconds, fresh)
    losses = [f"{one.attack}, {one.database}: {loss}" for one in results for loss in one.losses]
    sys.exit("\n".join(losses) or None)


if __name__ == "__main__":
    main()
