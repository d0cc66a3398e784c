from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.store import NewModel
from al_core.wire.array_bundle import write_bundle
from al_core.wire.model_bundle import read_model, write_model


def test_a_model_arrives_as_it_was_sent(tmp_path: Path) -> None:
    sent = NewModel(
        "week 29",
        {"predictions": np.array([0.25, np.nan])},
        {"task": "classification"},
        task="classification",
        kind="prediction",
        predictions=np.zeros((2, 3), np.float32),
        prediction_attributes={"class_names": ["cat", "dog", "owl"]},
        n_samples=1,
        attributes={"source": "model.csv"},
    )
    with (tmp_path / "body").open("wb") as file:
        write_model(file, sent)
    arrived = read_model(tmp_path / "body")
    np.testing.assert_array_equal(arrived.scores["predictions"], sent.scores["predictions"])
    np.testing.assert_array_equal(arrived.predictions, sent.predictions)
    for name in ("name", "task", "kind", "n_samples", "attributes", "score_attributes", "prediction_attributes"):
        assert getattr(arrived, name) == getattr(sent, name)


@pytest.mark.parametrize("attributes", [{"name": 1}, {"n_samples": -1}, {"attributes": []}])
def test_another_bundle_is_refused(tmp_path: Path, attributes: dict[str, object]) -> None:
    with (tmp_path / "body").open("wb") as file:
        write_bundle(file, {"score s": np.zeros(2)}, attributes)
    with pytest.raises(FileFormatError, match="the body is not a model"):
        read_model(tmp_path / "body")
