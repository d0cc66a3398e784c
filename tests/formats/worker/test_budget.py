from pathlib import Path

import pytest

from al_core.formats.worker.budget import Budget, budget_of


def test_memory_is_four_times_what_a_file_decodes_to_and_200_megabytes() -> None:
    assert Budget(0).memory_bytes == 200_000_000
    assert Budget(1_000_000_000).memory_bytes == 4_200_000_000


def test_time_is_a_minute_and_another_for_each_gigabyte() -> None:
    assert [Budget(n_bytes).seconds for n_bytes in (0, 500_000_000, 2_000_000_000)] == [60, 90, 180]


def test_a_file_gets_five_times_its_size_before_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(1_000))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.txt").write_bytes(bytes(10))
    assert budget_of(tmp_path / "a.csv", tmp_path / "folder", tmp_path / "missing").decoded_bytes == 5_050


def test_no_file_gets_more_than_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_MAX_DECODED_GB", "0.000001")
    (tmp_path / "a.csv").write_bytes(bytes(1_000))
    assert budget_of(tmp_path / "a.csv").decoded_bytes == 1_000


def test_a_budget_never_shrinks() -> None:
    assert Budget(10).with_bytes(5) == Budget(10)
    assert Budget(10).with_bytes(20) == Budget(20)
