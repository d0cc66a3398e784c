from types import SimpleNamespace

import pytest

from al_core.remote import recent
from al_core.remote.recent import SECONDS, Recent


def test_an_answer_is_asked_for_again_after_a_second_or_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    # Not the clock of the whole process: the event loop of a server in another thread would sleep until it is reached.
    monkeypatch.setattr(recent, "time", SimpleNamespace(monotonic=lambda: now))
    answers = iter(range(10))
    cached = Recent[int]()

    def ask() -> int:
        return cached.get(lambda: next(answers))

    assert [ask(), ask()] == [0, 0]
    now += SECONDS / 2
    assert ask() == 0
    now += SECONDS
    assert ask() == 1
    cached.forget()
    assert ask() == 2
