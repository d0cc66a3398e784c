"""Class probabilities that stay where they are have the scores that storing them would give."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core import workflow
from al_core.cluster import scoring
from al_core.cluster.in_process import InProcessCluster
from al_core.exceptions import Cancelled, InvalidInputError
from al_core.formats import ReadingChoices, read_predictions
from al_core.formats.predictions import probability_rows
from al_core.steps.predictions import find_predictions
from al_core.steps.probabilities import ScoredProbabilities, score_probabilities
from al_core.steps.where import Where
from al_core.store import Dataset, Model, Workspace

N = 700
RNG = np.random.default_rng(0)
CLOSED = RNG.dirichlet(np.ones(5), N).astype(np.float32)


def changed(matrix: NDArray[Any], change: Callable[[NDArray[Any]], None]) -> NDArray[Any]:
    matrix = matrix.copy()
    change(matrix)
    return matrix


def damage(matrix: NDArray[Any]) -> None:
    matrix[3] = np.nan
    matrix[500, 2] = np.inf
    # Used as it is.
    matrix[7] = 0.1


def round_off(matrix: NDArray[Any]) -> None:
    matrix[[2, 600]] = [1.00005, -0.00005, 0, 0, 0]


ARRAYS: dict[str, NDArray[Any]] = {
    "probabilities": CLOSED,
    "float64": RNG.dirichlet(np.ones(5), N),
    "float16": CLOSED.astype(np.float16),
    "big-endian": CLOSED.astype(">f4"),
    "one column": CLOSED[:, :1],
    "two columns": np.column_stack([CLOSED[:, 0], 1 - CLOSED[:, 0]]),
    "independent": RNG.random((N, 5)).astype(np.float32),
    "independent, damaged": changed(RNG.random((N, 5)).astype(np.float32), lambda matrix: matrix[9].fill(np.nan)),
    "percent": CLOSED * 100,
    "logarithms": np.log(CLOSED),
    "damaged": changed(CLOSED, damage),
    "rounded": changed(CLOSED, round_off),
    "for the kernel": RNG.dirichlet(np.ones(100), N).astype(np.float32),
    "for the kernel but for a damaged row": changed(
        RNG.dirichlet(np.ones(94), N).astype(np.float32), lambda matrix: matrix[:4].fill(np.nan)
    ),
    "first of exclusive, then of independent classes": np.vstack(
        [CLOSED[:300], RNG.random((400, 5)).astype(np.float32)]
    ),
}


@pytest.fixture
def many(workspace: Workspace) -> Dataset:
    names = [f"{row:03}.png" for row in range(N)]
    return workflow.create_dataset(workspace, "many", names, RNG.normal(size=(N, 2)))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pieces whose ends are nowhere special, each read by several requests."""
    monkeypatch.setattr(scoring, "PIECE_VALUES", 1_111)
    monkeypatch.setattr(probability_rows, "RANGE_BYTES", 999)
    monkeypatch.setattr("al_core.steps.probabilities._GUESSED_VALUES", 500)


def saved(folder: Path, array: NDArray[Any], *cuts: int) -> str:
    """Write an array as a file, or as parts of a folder."""
    folder.mkdir()
    if not cuts:
        np.save(folder / "p.npy", array)
        return str(folder / "p.npy")
    for number, part in enumerate(np.split(array, cuts)):
        np.save(folder / f"part-{number:02}.npy", part)
    return str(folder)


def sent(dataset: Dataset, path: str, policy: str, softmax: bool | None = None) -> Model:
    """Store a file as one that is read whole."""
    predictions = read_predictions(Path(path), choices=ReadingChoices(softmax=softmax))
    report = workflow.check_predictions(dataset, predictions, policy=policy)
    workflow.store_predictions(dataset, predictions, report, name="sent")
    return dataset.models.get("sent")


def scores_of(dataset: Dataset, model: Model) -> dict[str, bytes]:
    arrays = {name: dataset.arrays.read(stored) for name, stored in model.scores.items()}
    return {name: str(array.dtype).encode() + array.tobytes() for name, array in arrays.items()}


def placed(dataset: Dataset, scored: ScoredProbabilities) -> Model:
    workflow.store_probabilities(dataset, scored, name="placed")
    return dataset.models.get("placed")


@pytest.mark.parametrize(
    ("name", "policy"),
    [*((name, "skip") for name in ARRAYS), *((name, "fill") for name in ARRAYS if "damaged" in name)],
)
def test_the_scores_are_to_the_last_bit_those_of_the_array_sent_whole(
    many: Dataset, tmp_path: Path, name: str, policy: str
) -> None:
    path = saved(tmp_path / "whole", ARRAYS[name])
    expected = sent(many, path, policy)
    scored = workflow.score_probabilities(many, path, policy=policy)
    model = placed(many, scored)
    assert scores_of(many, model) == scores_of(many, expected)
    assert (model.task, model.n_samples, model.is_current) == (expected.task, expected.n_samples, True)
    assert (model.predictions, model.attributes) == (None, {"source": path})


@pytest.mark.parametrize("n_shards", [1, 2, 3, 7])
def test_any_number_of_workers_and_of_files_gives_the_same_scores(many: Dataset, tmp_path: Path, n_shards: int) -> None:
    array = ARRAYS["for the kernel"]
    expected = workflow.score_probabilities(many, saved(tmp_path / "whole", array)).scores
    there = Where("tcp://nowhere", InProcessCluster(n_shards))
    cuts = np.arange(1, n_shards) * 97
    scored = score_probabilities(many, saved(tmp_path / "parts", array, *cuts.tolist()), where=there)
    assert {name: values.tobytes() for name, values in scored.scores.items()} == {
        name: values.tobytes() for name, values in expected.items()
    }


def test_the_report_is_that_of_the_file_and_says_that_probabilities_stay(many: Dataset, tmp_path: Path) -> None:
    path = saved(tmp_path / "whole", ARRAYS["damaged"])
    report = workflow.score_probabilities(many, path, policy="reject").report
    expected = workflow.check_predictions(many, read_predictions(Path(path)), source=path, policy="reject")
    extra = [line for line in report.sentences() if line not in expected.sentences()]
    assert [line for line in report.sentences() if line not in extra] == expected.sentences()
    assert ["stay where they are" in line for line in extra] == [True]
    assert not report.usable
    assert report.rows_with_nan == ["003.png", "500.png"]


def test_rows_may_be_those_of_a_tag(many: Dataset, tmp_path: Path) -> None:
    rows = np.arange(40, 120)
    many.create_tag("some", rows)
    path = saved(tmp_path / "whole", CLOSED[rows])
    names = many.filenames(rows)
    predictions = read_predictions(Path(path)).with_filenames(names, "p.npy")
    for policy in ("skip", "fill"):
        report = workflow.check_predictions(many, predictions, policy=policy)
        workflow.store_predictions(many, predictions, report, name="sent")
        expected = many.models.all()[0]
        model = placed(many, workflow.score_probabilities(many, path, tag="some", policy=policy))
        many.models.make_current(expected)
        assert scores_of(many, model) == scores_of(many, expected)
        assert model.n_samples == expected.n_samples
        many.models.delete(model)


def test_a_softmax_is_applied_where_somebody_asks_for_it(many: Dataset, tmp_path: Path) -> None:
    path = saved(tmp_path / "logits", np.log(CLOSED) * 3 + 2)
    with pytest.raises(InvalidInputError, match=r"look like logits.*apply a softmax, or use them as they are"):
        workflow.score_probabilities(many, path)
    for softmax in (True, False):
        expected = sent(many, path, "skip", softmax)
        model = placed(many, workflow.score_probabilities(many, path, softmax=softmax))
        assert scores_of(many, model) == scores_of(many, expected)
        many.models.delete(expected)
        many.models.delete(model)


def test_the_same_array_twice_is_one_model(many: Dataset, tmp_path: Path) -> None:
    path = saved(tmp_path / "whole", CLOSED)
    first = placed(many, workflow.score_probabilities(many, path))
    assert placed(many, workflow.score_probabilities(many, path)).id == first.id
    assert len(many.models.all()) == 1


def test_predictions_of_the_model_before_are_not_taken_for_those_that_stay_elsewhere(
    many: Dataset, tmp_path: Path
) -> None:
    path = saved(tmp_path / "whole", CLOSED)
    before = sent(many, path, "skip")
    assert find_predictions(many) == before.predictions
    placed(many, workflow.score_probabilities(many, path))
    assert find_predictions(many) is None
    assert find_predictions(many, "sent") == before.predictions


def test_rows_far_outside_of_0_to_1_refuse_the_array(many: Dataset, tmp_path: Path) -> None:
    path = saved(tmp_path / "whole", changed(CLOSED, lambda matrix: matrix[650].fill(-0.5)))
    scored = workflow.score_probabilities(many, path)
    assert not scored.report.usable
    assert any("1 row has values outside 0 to 1 ('row 650')" in line for line in scored.report.sentences())
    with pytest.raises(InvalidInputError, match="row 650"):
        workflow.store_probabilities(many, scored)
    assert many.models.all() == []


def test_another_number_of_rows_than_samples_is_refused(many: Dataset, tmp_path: Path) -> None:
    path = saved(tmp_path / "short", CLOSED[:-1])
    with pytest.raises(InvalidInputError, match=r"has 699 rows and the dataset 700 samples; give one row per sample"):
        workflow.score_probabilities(many, path)
    many.create_tag("some", np.arange(5))
    with pytest.raises(InvalidInputError, match=r"has 699 rows and the tag 'some' 5 samples"):
        workflow.score_probabilities(many, path, tag="some")


def test_canceling_stops_between_pieces_and_files_that_change_meanwhile_are_refused(
    many: Dataset, tmp_path: Path
) -> None:
    path = saved(tmp_path / "whole", CLOSED)
    seen: list[int] = []

    def cancel(done: int, total: int) -> None:
        seen.append(done)
        if done > 300:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        workflow.score_probabilities(many, path, progress=cancel)
    assert (seen[0], sorted(seen)) == (0, seen)

    def replace(done: int, total: int) -> None:
        if done == total:
            np.save(path, CLOSED[::-1])
            np.save(tmp_path / "whole" / "p2.npy", CLOSED)

    with pytest.raises(InvalidInputError, match="was written again while its rows were read"):
        workflow.score_probabilities(many, path, progress=replace)
