import json
from typing import Any

import numpy as np

from al_core import workflow
from al_core.store import Dataset
from tests.api.calls import Api, wait


def result_of(api: Api, path: str, body: Any = None) -> Any:
    job = api("POST", f"{api.dataset}/{path}", 201, body)
    ended = wait(api, job["jobId"])
    assert ended["status"] == "FINISHED", ended["error"]
    return json.loads(ended["result"]["data"])


def test_configurations_are_compared_by_a_job(api: Api, dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"uncertainty_margin": np.array([0.9, 0.8, 0, 0, 0, 0])})
    configs = [
        {"method": method, "nSamples": 2, "name": method, "seed": 1} for method in ("CORESET", "ACTIVE_LEARNING")
    ]
    found = result_of(api, "compare", {"configs": configs})
    assert [candidate["rows"] for candidate in found["candidates"]] == [[0, 5], [0, 1]]
    assert [candidate["onlyThis"] for candidate in found["candidates"]] == [[5], [1]]
    assert found["overlap"] == [[2, 1], [1, 2]]
    assert len(found["candidates"][0]["card"]["coverage"]["random"]) == 20
    assert api("POST", f"{api.dataset}/compare", 422, {"configs": []})


def test_a_replay_without_labels_is_refused_in_words(api: Api) -> None:
    assert result_of(api, "replay")["refusal"] == "0 training labels; a replay needs 200"


def test_label_errors_need_labels(api: Api) -> None:
    job = api("POST", f"{api.dataset}/label-errors", 201)
    ended = wait(api, job["jobId"])
    assert ended["status"] == "FAILED"
    assert "bring some back first" in ended["error"]
