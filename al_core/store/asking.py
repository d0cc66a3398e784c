"""The catalog is asked each question once while a page is drawn.

The parts of a page know nothing of each other: those of Select asked for the same tags 21 times, those of Explore for
the same models 20 times in each run, which was a third of its processor time. What others change meanwhile is seen by
the next run, as if it had come a moment later; what this thread changes is seen at once.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Record = TypeVar("Record")

# Of this thread: a job beside it asks for itself.
_ANSWERS: ContextVar[dict[Hashable, list[Any]] | None] = ContextVar("answers", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """Keep answers of the catalog within this block, or within the one around it."""
    if _ANSWERS.get() is not None:
        yield
        return
    token = _ANSWERS.set({})
    try:
        yield
    finally:
        _ANSWERS.reset(token)


def answer(question: Hashable, ask: Callable[[], list[Record]]) -> list[Record]:
    """Return the records that answer a question, from memory if they are there; the list is the caller's.

    Args:
        question: Names the question, with the engine that it goes to.
        ask: Asks the catalog.
    """
    answers = _ANSWERS.get()
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return list(answers[question])


def answer_first(question: Hashable, ask: Callable[[], list[Record]]) -> list[Record]:
    """Return what `answer` does, and let everything that was asked before be asked again.

    So no answer in memory is older than this one: what is worked out from them may be remembered under it.
    """
    answers = _ANSWERS.get()
    if answers is not None and question not in answers:
        answers.clear()
    return answer(question, ask)


def forget_answers() -> None:
    """Ask anew from here on: something is being changed."""
    answers = _ANSWERS.get()
    if answers is not None:
        answers.clear()
