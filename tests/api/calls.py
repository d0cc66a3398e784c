"""Requests to the API, for the tests of its modules."""

from typing import Any

import requests

from tests.patience import PATIENCE

# One pixel; what it shows does not matter.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)


class Api:
    """Requests to the API of one server."""

    def __init__(self, address: str, dataset_id: str = "") -> None:
        self.address = f"{address}/v1"
        self.dataset = f"/datasets/{dataset_id}"

    def __call__(self, method: str, path: str, status: int, body: Any = None, **options: Any) -> Any:
        answer = requests.request(method, f"{self.address}{path}", json=body, timeout=PATIENCE, **options)
        assert answer.status_code == status, answer.text
        is_json = answer.headers.get("content-type") == "application/json"
        return answer.json() if is_json else answer.content


def wait(api: Api, job_id: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = api("GET", f"/jobs/{job_id}", 200)
        if job["status"] in ("FINISHED", "FAILED"):
            return job
