from typing import Any

import requests
from fastapi import FastAPI

from al_core.api.server.context import Context
from al_core.store import Workspace
from tests.api.calls import Api, wait
from tests.jobs.gate import Gate
from tests.patience import PATIENCE


def test_a_failed_job_says_why(api: Api) -> None:
    body = {"method": "ACTIVE_LEARNING", "nSamples": 2, "name": "by score"}
    job = wait(api, api("POST", f"{api.dataset}/selections", 201, body)["jobId"])
    assert job["status"] == "FAILED"
    assert "score" in job["error"]


def test_a_full_queue_is_a_429_that_says_when_to_come_back(api: Api, shared_api: FastAPI, workspace: Workspace) -> None:
    gate = Gate(most_waiting=3)
    context: Context = shared_api.state.context
    context.use(workspace, gate.pool)
    url = f"{api.address}{api.dataset}/selections"
    bodies: list[dict[str, Any]] = [{"method": "RANDOM", "nSamples": 2, "name": f"{n} of 6"} for n in range(6)]
    answers = [requests.post(url, json=body, timeout=PATIENCE) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429, 429]
    refusal = answers[-1]
    assert refusal.headers["retry-after"] == "5"
    assert refusal.json() == {
        "code": "TOO_MANY_REQUESTS",
        "message": "3 jobs are waiting already, and no more may; try again when some have ended",
        "type": "BusyError",
    }
    assert len(api("GET", "/jobs", 200)) == 3
    gate.open()
    assert {wait(api, answer.json()["jobId"])["status"] for answer in answers[:3]} == {"FINISHED"}


def test_a_waiting_job_is_canceled_at_once(api: Api, shared_api: FastAPI, workspace: Workspace) -> None:
    gate = Gate()
    context: Context = shared_api.state.context
    context.use(workspace, gate.pool)
    job_id = api("POST", f"{api.dataset}/selections", 201, {"method": "RANDOM", "nSamples": 2, "name": "x1"})["jobId"]
    assert api("GET", f"/jobs/{job_id}", 200)["status"] == "WAITING"
    canceled = api("DELETE", f"/jobs/{job_id}", 202)
    assert (canceled["status"], canceled["errorType"]) == ("FAILED", "Cancelled")
    assert workspace.job_records.get(job_id).state == "CANCELLED"
    gate.open()


def test_a_selection_of_the_dashboard_in_the_same_process_is_canceled_at_once(
    api: Api, shared_api: FastAPI, workspace: Workspace
) -> None:
    gate = Gate()
    context: Context = shared_api.state.context
    # Selections of the dashboard have a key, so that a dataset has one at a time.
    job = context.use(workspace, gate.pool).jobs.start("selection:1", "Selecting", lambda _: None)
    assert api("GET", f"/jobs/{job.id}", 200)["status"] == "WAITING"
    canceled = api("DELETE", f"/jobs/{job.id}", 202)
    assert (canceled["status"], canceled["errorType"]) == ("FAILED", "Cancelled")
    gate.open()
