import json
from typing import Any

import numpy as np

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.evaluation import Interval, Replay, ReplayVerdict
from al_core.steps.label_errors import LabelError, LabelErrors
from al_core.store import Dataset
from al_core.wire.evidence import (
    read_comparison,
    read_label_errors,
    read_replay,
    write_comparison,
    write_label_errors,
    write_replay,
)


def sent(content: Any) -> Any:
    return json.loads(json.dumps(content))


def test_a_comparison_arrives_as_it_was_sent(dataset: Dataset) -> None:
    configs = [SelectionConfig("CORESET", 2, seed=1), SelectionConfig("RANDOM", 2, seed=1)]
    comparison = workflow.compare(dataset, configs)
    content = sent(write_comparison(comparison))
    read = read_comparison(content)
    assert [candidate.config for candidate in read.candidates] == [each.config for each in comparison.candidates]
    assert [candidate.card for candidate in read.candidates] == [each.card for each in comparison.candidates]
    assert read.overlap.tolist() == content["overlap"] == comparison.overlap.tolist()
    assert [each["onlyThis"] for each in content["candidates"]] == [
        comparison.only(0).tolist(),
        comparison.only(1).tolist(),
    ]


def test_a_replay_and_label_errors_arrive_as_they_were_sent() -> None:
    verdict = ReplayVerdict(SamplingMethod.CORAL, Interval(0.02, 0.01, 0.03, n=60), ("RANDOM",))
    replay = Replay(np.array([20, 40]), {SamplingMethod.CORAL: np.array([0.5, 0.7])}, (verdict,))
    content = sent(write_replay(replay))
    read = read_replay(content)
    assert isinstance(read, Replay)
    assert read.verdicts == (verdict,)
    assert read.accuracies[SamplingMethod.CORAL].tolist() == [0.5, 0.7]
    assert content["verdicts"][0]["text"] == verdict.text()
    errors = LabelErrors((LabelError(7, "other class", "cat", "dog", 0.9, True, "model"),), 40, 2)
    found = read_label_errors(sent(write_label_errors(errors)))
    assert (found.errors, found.n_judged, found.n_unjudged) == (errors.errors, 40, 2)
