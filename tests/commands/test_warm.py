from pathlib import Path

import pytest

from al_core.commands import warm


def test_the_stamp_lies_in_the_cache_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert warm.stamp().parent == tmp_path / "al_core"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert warm.stamp().parent == tmp_path / ".cache" / "al_core"


def test_another_cache_of_kernels_has_another_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "one")
    stamp = warm.stamp()
    assert warm.stamp() == stamp
    monkeypatch.setenv("NUMBA_CACHE_DIR", "another")
    assert warm.stamp() != stamp
