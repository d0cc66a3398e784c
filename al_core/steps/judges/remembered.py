"""Judgments by what they depend on, so that a page with many rounds judges each model once."""

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from al_core.steps.judges.judge import Judge, Judgment
from al_core.steps.tested_reserve import earlier_model
from al_core.store.models import Model

if TYPE_CHECKING:
    from al_core.store import Dataset

MOST_REMEMBERED = 200
"""Models; a judgment takes some kilobytes."""

_judgments: "OrderedDict[str, Judgment]" = OrderedDict()
_lock = Lock()


def remembered_judgment(dataset: "Dataset", judge: Judge, model: Model) -> Judgment:
    """Return how a model does, judged at the first time: a bootstrap over 1,000 test images takes seconds."""
    key = _key(dataset, judge, model)
    with _lock:
        judgment = _judgments.get(key)
    # Judged without the lock: two pages may judge one model at once, but none waits while another model is judged.
    if judgment is None:
        judgment = judge.judge(dataset, model)
    with _lock:
        _judgments[key] = judgment
        _judgments.move_to_end(key)
        while len(_judgments) > MOST_REMEMBERED:
            _judgments.popitem(last=False)
    return judgment


def _key(dataset: "Dataset", judge: Judge, model: Model) -> str:
    digest = hashlib.blake2b(digest_size=16)
    earlier = earlier_model(dataset, model)
    # Sets of labels come and go, but never change. Whether a model was trained on test labels is told from its scores
    # beside those of the model before it, and another threshold changes scores.
    parts = [dataset.id, judge.measure, *_scored(model)]
    parts += _scored(earlier) if earlier else ["-"]
    parts += [labels.id for labels in dataset.labels.all()]
    digest.update("\0".join(parts).encode())
    for rows in (judge.rows, judge.unlabeled, judge.groups):
        digest.update(b"-" if rows is None else rows.tobytes())
    return digest.hexdigest()


def _scored(model: Model) -> list[str]:
    return [model.id, *(score.digest for score in model.scores.values())]
