import os
import signal
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import Cancelled, FileFormatError, InvalidInputError, NotFoundError
from al_core.formats import PREDICTION_READERS
from al_core.formats.worker.budget import Budget
from al_core.formats.worker.conversation import Conversation
from al_core.formats.worker.process import Worker
from tests.formats.bombs import BOMBS, Bomb
from tests.formats.test_fuzz import EXAMPLES
from tests.formats.worker.bombs import numbers, xz_of_four_gigabytes
from tests.formats.worker.conftest import ask, peak_megabytes

IMPORTED_MEGABYTES = 150
"""What Python, numpy, pyarrow, h5py and the readers take before a file is opened."""

SMALL_MEGABYTES = 200 + 4 * 68
"""What a file may take that unpacks to no more than 64 MiB, whatever its size."""


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_is_refused_within_memory(worker: Worker, tmp_path: Path, bomb: Bomb) -> None:
    path = bomb.made_in(tmp_path)
    with pytest.raises(FileFormatError, match=bomb.reason) as refusal:
        ask(worker, bomb.kind, path)
    assert str(refusal.value).startswith(path.name)
    assert worker.is_alive
    # nulls.arrow is the largest file, 5 MB, with 12,000 columns.
    assert peak_megabytes(worker) < IMPORTED_MEGABYTES + 200


def test_a_file_that_asks_for_more_than_its_limit_gets_no_memory(worker: Worker, tmp_path: Path) -> None:
    path = tmp_path / "dictionary.tar.xz"
    xz_of_four_gigabytes(path)
    with pytest.raises(
        FileFormatError,
        match=r"dictionary\.tar\.xz takes more than 200 MB of memory to read; split it, or set AL",
    ):
        ask(worker, "predictions", path)


def test_json_that_grows_beyond_its_limit_is_refused_for_that(worker: Worker, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    # Ten million lists of 64 bytes, in a tenth of that.
    path.write_bytes(b"[" + b"[]," * 10_000_000 + b"[]]")
    with pytest.raises(FileFormatError, match=r"a\.json takes more than 200 MB of memory to read"):
        Conversation(worker, path.name, Budget(0)).ask("filenames", [[path], {}])
    assert worker.is_alive


@pytest.mark.parametrize(
    ("signal_name", "sentence"),
    [
        ("SIGXCPU", r"takes more than 6\d s to read; split it, or set AL_CORE_MAX_DECODED_GB"),
        ("SIGKILL", r"takes more than [\d,]+ MB of memory to read"),
        ("SIGABRT", r"takes more than [\d,]+ MB of memory to read"),
        ("SIGSEGV", "ends the process that reads it; it is damaged: write it again"),
    ],
)
def test_a_file_that_ends_its_reader_is_named(worker: Worker, tmp_path: Path, signal_name: str, sentence: str) -> None:
    path = numbers(tmp_path / "a.csv", 300_000)
    signals = [getattr(signal, signal_name)]

    def strike(done: int, total: int) -> None:
        if signals:
            os.kill(worker.pid, signals.pop())

    with pytest.raises(FileFormatError, match=rf"a\.csv {sentence}"):
        ask(worker, "predictions", path, strike)
    assert not worker.is_alive


def test_a_canceled_file_ends_its_reader(worker: Worker, tmp_path: Path) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled("reading a.csv was canceled")

    with pytest.raises(Cancelled, match=r"reading a\.csv was canceled"):
        ask(worker, "predictions", numbers(tmp_path / "a.csv", 300_000), cancel)
    assert not worker.is_alive


def test_progress_comes_through(worker: Worker, tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    predictions = ask(worker, "predictions", numbers(tmp_path / "a.csv", 200_000), lambda *now: reports.append(now))
    assert len(predictions) == 200_000
    assert {total for _, total in reports} <= {0, 100}
    assert max(done for done, _ in reports) > 50


def test_errors_keep_their_class_and_sentence(worker: Worker, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"there is no file .*missing\.csv; check the path"):
        ask(worker, "predictions", tmp_path / "missing.csv")
    with pytest.raises(InvalidInputError, match=f"unknown format 'xls'; use one of {', '.join(PREDICTION_READERS)}"):
        ask(worker, "predictions", EXAMPLES / "predictions" / "csv.csv", format="xls")
    assert worker.is_alive


def test_a_file_that_makes_a_reader_fail_is_refused_with_what_failed(worker: Worker) -> None:
    with pytest.raises(FileFormatError, match=r"csv\.csv cannot be read \(TypeError: .*\); write it again"):
        ask(worker, "predictions", EXAMPLES / "predictions" / "csv.csv", nonsense=1)
    assert worker.is_alive


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_damaged_bomb_is_read_or_refused_within_memory(worker: Worker, tmp_path: Path, bomb: Bomb) -> None:
    path = bomb.made_in(tmp_path)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(10):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 3).tolist():
            damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(damaged))
        # A file may end its worker, with a sentence; the next file gets another.
        worker = worker if worker.is_alive else Worker()
        try:
            ask(worker, bomb.kind, path)
        except FileFormatError as refusal:
            assert str(refusal).startswith(path.name)  # noqa: PT017 - most are refused, some are not
        if worker.is_alive:
            assert peak_megabytes(worker) < IMPORTED_MEGABYTES + SMALL_MEGABYTES
