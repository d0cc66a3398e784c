import pytest

from tests.api.calls import Api, wait


@pytest.mark.parametrize(("n_samples", "expected"), [(4, 4), (0.5, 3), (1, 1)])
def test_a_share_of_the_samples_is_a_number_of_them(api: Api, n_samples: float, expected: int) -> None:
    embedding = api("GET", f"{api.dataset}/embeddings", 200)[0]["id"]
    stop = {"stoppingCondition": {"nSamples": n_samples, "minDistance": -1}}
    body = {"newTagName": "picked", "method": "CORESET", "config": stop, "rowCount": 6}
    job = wait(api, api("POST", f"{api.dataset}/embeddings/{embedding}/sampling", 201, body)["jobId"])
    assert (job["status"], job["error"], job["result"]["type"]) == ("FINISHED", None, "SAMPLING")
    mask = api("GET", f"{api.dataset}/tags/{job['result']['data']}", 200)["bitMaskData"]
    assert int(mask, 16).bit_count() == expected
    assert api("POST", f"{api.dataset}/embeddings/{embedding}/sampling", 409, body)["code"] == "TAG_NAME_EXISTS"
