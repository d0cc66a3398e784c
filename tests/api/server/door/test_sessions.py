import os
import time
from pathlib import Path

import pytest

from al_core.api.server.door.sessions import SESSION_SECONDS, Sessions


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path / "sessions")


def test_a_session_lasts_until_it_is_ended(sessions: Sessions, tmp_path: Path) -> None:
    key = sessions.begin("token-1")
    other_process = Sessions(tmp_path / "sessions")
    assert other_process.find(key) == "token-1"
    other_process.end(key)
    other_process.end(key)
    assert sessions.find(key) is None


@pytest.mark.parametrize("key", ["", "never-begun", "../catalog.sqlite", "\udcff"])
def test_no_other_key_opens_a_session(sessions: Sessions, key: str) -> None:
    assert sessions.find(key) is None
    sessions.begin("token-1")
    assert sessions.find(key) is None


def test_a_session_expires_and_its_file_goes_at_the_next_sign_in(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sessions.begin("token-1")
    later = time.time() + SESSION_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert sessions.find(key) is None
    sessions.begin("token-2")
    assert len(list((tmp_path / "sessions").iterdir())) == 1


def test_no_file_reveals_a_key_and_only_the_owner_reads_them(sessions: Sessions, tmp_path: Path) -> None:
    key = sessions.begin("token-1")
    (file,) = (tmp_path / "sessions").iterdir()
    assert key not in f"{file.name} {file.read_text()}"
    assert os.stat(file).st_mode & 0o777 == 0o600
    assert os.stat(file.parent).st_mode & 0o777 == 0o700


def test_a_file_that_a_full_disk_cut_off_opens_nothing(sessions: Sessions, tmp_path: Path) -> None:
    key = sessions.begin("token-1")
    (file,) = (tmp_path / "sessions").iterdir()
    file.write_text("tok")
    assert sessions.find(key) is None
