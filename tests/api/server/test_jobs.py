from tests.api.calls import Api, wait


def test_a_failed_job_says_why(api: Api) -> None:
    body = {"method": "ACTIVE_LEARNING", "nSamples": 2, "name": "by score"}
    job = wait(api, api("POST", f"{api.dataset}/selections", 201, body)["jobId"])
    assert job["status"] == "FAILED"
    assert "score" in job["error"]
