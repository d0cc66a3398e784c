from dataclasses import replace

import numpy as np
import pytest

from al_core.config import SamplingMethod
from al_core.evaluation.replay import LabeledRows, Replay, ReplayVerdict, replay
from al_core.evaluation.statistic import Interval, Refusal
from al_core.exceptions import InvalidInputError


def labels_of(n_training: int = 300, n_tests: int = 100, noise: float = 0.5, seed: int = 0) -> LabeledRows:
    rng = np.random.default_rng(seed)
    n_rows = n_training + n_tests
    classes = rng.choice(6, n_rows, p=[0.5, 0.2, 0.12, 0.08, 0.06, 0.04])
    embeddings = np.random.default_rng(9).normal(size=(6, 8))[classes] + rng.normal(0, noise, (n_rows, 8))
    rows = rng.permutation(n_rows)
    training, tests = rows[:n_training], rows[n_training:]
    return LabeledRows(embeddings, training, classes[training], tests, classes[tests], ("RANDOM",))


def played(labels: LabeledRows, seed: int = 0) -> Replay:
    result = replay(labels, [SamplingMethod.CORESET, SamplingMethod.CORAL], seed=seed, n_rounds=4, n_seeds=6)
    assert not isinstance(result, Refusal)
    return result


def test_all_methods_start_alike_and_choose_half_of_the_hidden_labels() -> None:
    result = played(labels_of())
    assert list(result.accuracies) == ["RANDOM", "CORESET", "CORAL"]
    assert result.n_labels.tolist() == [30, 60, 90, 120]
    first = {accuracies[0] for accuracies in result.accuracies.values()}
    assert len(first) == 1
    assert all(accuracies[-1] > accuracies[0] for accuracies in result.accuracies.values())


def test_the_same_seed_replays_the_same() -> None:
    first, second = (played(labels_of()) for _ in range(2))
    assert first.verdicts == second.verdicts


def test_coral_is_ahead_on_digits_as_in_the_benchmark_of_whole_projects() -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(0).permutation(1797)
    labels = LabeledRows(
        digits.data, order[:500], digits.target[order[:500]], order[500:], digits.target[order[500:]], ("RANDOM",)
    )
    result = replay(labels, [SamplingMethod.CORAL], n_rounds=6, n_seeds=8)
    assert not isinstance(result, Refusal)
    assert result.verdicts[0].word == "ahead"


def test_embeddings_without_meaning_cannot_tell() -> None:
    labels = labels_of()
    noise = replace(labels, embeddings=np.random.default_rng(5).normal(size=labels.embeddings.shape))
    assert {verdict.word for verdict in played(noise).verdicts} == {"cannot tell"}


def test_points_are_quoted_only_for_a_pool_drawn_at_random() -> None:
    behind = Interval(-0.021, -0.034, -0.008, n=120)
    verdict = ReplayVerdict(SamplingMethod.CORESET, behind, ("RANDOM",))
    assert verdict.text() == "CORESET is behind RANDOM by 2.1 points (0.8 to 3.4)"
    assert replace(verdict, pool_makers=("CORAL",)).text() == "CORESET is behind RANDOM, in a pool that CORAL chose"
    unclear = ReplayVerdict(SamplingMethod.CORAL, Interval(0.0, -0.01, 0.01, n=120), ("RANDOM",))
    assert unclear.text() == "CORAL cannot be told from RANDOM"


@pytest.mark.parametrize("method", [SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING])
def test_a_method_by_scores_is_not_behind_in_a_pool_that_scores_have_chosen(method: SamplingMethod) -> None:
    behind = Interval(-0.021, -0.034, -0.008, n=120)
    pools = [("RANDOM",), ("CORESET",), ("others", "RANDOM"), ("CORAL",), ("RANDOM", "ACTIVE_LEARNING")]
    words = [ReplayVerdict(method, behind, makers).word for makers in pools]
    assert words == ["behind", "behind", "behind", "cannot tell", "cannot tell"]
    text = ReplayVerdict(method, behind, ("CORAL",)).text()
    assert text == f"{method} cannot be told from RANDOM, in a pool that CORAL chose"
    assert ReplayVerdict(SamplingMethod.CORESET, behind, ("CORAL",)).word == "behind"


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (labels_of(199), "199 training labels; a replay needs 200"),
        (labels_of(200, 49), "49 test labels; a replay needs 50"),
        (replace(labels_of(), training_classes=np.zeros(300, np.int64)), "all training labels are of one class"),
    ],
)
def test_too_few_labels_are_refused(labels: LabeledRows, reason: str) -> None:
    result = replay(labels)
    assert isinstance(result, Refusal)
    assert result.reason.startswith(reason)


def test_a_row_cannot_be_trained_and_tested_on() -> None:
    labels = labels_of()
    with pytest.raises(InvalidInputError, match="has a training and a test label"):
        replay(replace(labels, test_rows=labels.training_rows[:100]))


def test_a_replay_can_be_stopped() -> None:
    def stop(done: int, total: int) -> None:
        assert total == 60
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(labels_of(), [SamplingMethod.CORESET, SamplingMethod.CORAL], progress=stop)
