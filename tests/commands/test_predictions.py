"""The commands about predictions, on this machine and on a server."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.scorers import ScorerObjectDetection
from al_core.steps import predictions as step
from tests.commands.conftest import PREDICTIONS, Shell


def test_of_two_that_store_the_same_predictions_at_once_one_has_stored_them(
    animals: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_alone = step.store_model

    def store_after_another(*arguments: Any, **options: Any) -> Any:
        assert store_alone(*arguments, **options).is_new
        return store_alone(*arguments, **options)

    monkeypatch.setattr(step, "store_model", store_after_another)
    add = ("predictions", "add", "-", "--dataset", "animals", "--name")
    assert not animals(*add, "second", stdin=PREDICTIONS.replace("0.5,0.5", "0.9,0.1"))["changed"]
    assert not animals(*add, "losses", stdin="filename,loss\n0.png,0.25\n")["changed"]
    assert animals("datasets")[0]["models"] == ["losses", "second", "first"]


SCORES_OF_BOXES = [score.name for score in ScorerObjectDetection.scores]


def test_boxes_count_from_a_confidence_on(shell: Shell) -> None:
    shell("create", "-", "--dataset", "animals", stdin="0.png\n1.png\n")
    boxes = json.dumps(
        [{"image_id": f"{k % 2}.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": k / 10} for k in range(1, 5)]
    )
    command = ("predictions", "add", "-", "--dataset", "animals", "--confidence-threshold")
    assert shell(*command, "0.4", stdin=boxes)["report"]["confidence_threshold"] == 0.4
    assert not shell(*command, "0.9", stdin=boxes, code=1)["report"]["usable"]
    change = ("predictions", "threshold", "predictions", "--dataset", "animals", "--confidence-threshold")
    assert shell(*change, "0.2", "--dry-run")["changed"]
    assert shell(*change, "0.2") == {"model": "predictions", "scores": SCORES_OF_BOXES, "changed": True}
    assert not shell(*change, "0.2")["changed"]
    # The same file with another threshold scores the same model anew.
    assert shell(*command, "0.4", stdin=boxes)["changed"]
    assert not shell(*command, "0.4", stdin=boxes)["changed"]
    assert shell("datasets")[0]["models"] == ["predictions"]
    assert "no box is as confident" in shell(*change, "0.9", code=1)["message"]


def test_probabilities_that_stay_in_place_have_the_scores_of_those_that_are_stored(
    animals: Shell, tmp_path: Path
) -> None:
    np.save(tmp_path / "p.npy", [[0.5 + row / 20, 0.5 - row / 20] for row in range(6)])
    add = ("predictions", "add", str(tmp_path / "p.npy"), "--dataset", "animals")
    stored = animals(*add, "--name", "stored")
    assert not animals(*add, "--in-place", "--dry-run")["changed"]
    placed = animals(*add, "--in-place", "--name", "placed")
    assert (placed["scores"], placed["changed"]) == (stored["scores"], True)
    assert not animals(*add, "--in-place", "--name", "placed")["changed"]
    assert animals("datasets")[0]["models"] == ["placed", "stored", "first"]
    refused = animals("predictions", "add", "nowhere", "--in-place", "--dataset", "animals", "--name", " x ", code=1)
    assert "model name ' x ' is not allowed" in refused["message"]
    refused = animals(*add, "--in-place", "--class-names", "x.txt", code=1)
    assert "--class-names says nothing of an array of class probabilities that stays where it is" in refused["message"]
    refused = animals(*add, "--cluster", "tcp://there:1", code=1)
    assert "workers score class probabilities where they are: give their address, or --in-place" in refused["message"]
    refused = animals("predictions", "add", "s3://me:secret@bucket/p.npy", "--dataset", "animals", code=1)
    assert "an address holds neither user, password nor options" in refused["message"]
