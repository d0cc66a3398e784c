import pytest

from al_core.exceptions import Cancelled
from al_core.formats.worker.budget import Budget
from al_core.formats.worker.turn import LARGE_BYTES, Turn

LARGE = Budget(LARGE_BYTES + 1)


def never() -> None:
    raise AssertionError("nobody had to wait")


def test_small_files_do_not_wait() -> None:
    first, second = Turn(), Turn()
    first.take(LARGE, never)
    second.take(Budget(LARGE_BYTES), never)
    first.release()


def test_a_large_file_waits_for_the_one_before_it() -> None:
    first, second = Turn(), Turn()
    first.take(LARGE, never)
    waited: list[bool] = []

    def poll() -> None:
        waited.append(True)
        first.release()

    second.take(LARGE, poll)
    second.release()
    assert waited == [True]


def test_who_waits_can_give_up() -> None:
    first, second = Turn(), Turn()
    first.take(LARGE, never)

    def cancel() -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        second.take(LARGE, cancel)
    second.release()
    first.release()


def test_a_turn_is_taken_once() -> None:
    turn = Turn()
    turn.take(LARGE, never)
    turn.take(LARGE, never)
    turn.release()
    turn.release()
