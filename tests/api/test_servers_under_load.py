"""Many clients of two servers; `python -m benchmarks.servers` does the same for a minute, with PostgreSQL."""

import os
from pathlib import Path

import pytest

from benchmarks import servers
from tests.buckets import new_bucket, use_endpoint


def test_whichever_of_two_servers_acknowledges_a_write_it_is_there_and_everything_is_whole(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_endpoint(monkeypatch, s3)
    monkeypatch.setenv("AL_CORE_ARRAYS", f"s3://{new_bucket(s3)}/arrays")
    if "AL_CORE_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("AL_CORE_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    outcome = servers.run(tmp_path, seed=1, limit="10")
    assert outcome.problems == []
    assert outcome.n_done > outcome.n_refused
