"""Judgments and gains by what they depend on, so that a page with many rounds judges each model once."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from al_core.evaluation import Statistic
from al_core.steps.judges.judge import Judge, Judgment
from al_core.steps.tested_reserve import earlier_model
from al_core.store.models import Model

if TYPE_CHECKING:
    from al_core.store import Dataset

MOST_REMEMBERED = 200
"""Models; a judgment takes some kilobytes."""

_Result = TypeVar("_Result", Judgment, Statistic)


class _Memory(Generic[_Result]):
    """The newest results by what they depend on."""

    def __init__(self) -> None:
        self._results: OrderedDict[str, _Result] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], _Result]) -> _Result:
        """Return a result, made at the first time."""
        with self._lock:
            result = self._results.get(key)
        # Made without the lock: two pages may judge one model at once, but none waits while another model is judged.
        if result is None:
            result = make()
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > MOST_REMEMBERED:
                self._results.popitem(last=False)
        return result


_judgments = _Memory[Judgment]()
_gains = _Memory[Statistic]()


def remembered_judgment(dataset: "Dataset", judge: Judge, model: Model) -> Judgment:
    """Return how a model does, judged at the first time: a bootstrap over 1,000 test images takes seconds."""
    earlier = earlier_model(dataset, model)
    # Whether a model was trained on test labels is told from its scores beside those of the model before it, and
    # another threshold changes scores.
    parts = _scored(model) + (_scored(earlier) if earlier else ["-"])
    return _judgments.get(_key(dataset, judge, parts), lambda: judge.judge(dataset, model))


def remembered_gain(dataset: "Dataset", judge: Judge, before: Model, after: Model) -> Statistic:
    """Return by how much a later model does better, compared at the first time: both are drawn again."""
    # Predictions never change, and a gain depends on nothing else of a model.
    key = _key(dataset, judge, [before.id, after.id])
    return _gains.get(key, lambda: judge.gain(dataset, before, after))


def _key(dataset: "Dataset", judge: Judge, parts: list[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    # Sets of labels come and go, but never change.
    labels = [each.id for each in dataset.labels.all()]
    digest.update("\0".join([dataset.id, judge.measure, *parts, *labels]).encode())
    for rows in (judge.rows, judge.unlabeled, judge.groups):
        digest.update(b"-" if rows is None else rows.tobytes())
    return digest.hexdigest()


def _scored(model: Model) -> list[str]:
    return [model.id, *(score.digest for score in model.scores.values())]
