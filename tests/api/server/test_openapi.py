"""Requests drawn from the OpenAPI document, valid and invalid ones: whatever comes, the server makes no mistake."""

from typing import Any

import numpy as np
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from al_core import workflow
from al_core.store import Dataset, Kind, Workspace

without_surprises = settings(max_examples=4, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@schemathesis.serializer("application/vnd.apache.arrow.file")
def as_it_is(_context: Any, value: Any) -> Any:
    return value


@pytest.fixture
def known_ids(dataset: Dataset) -> dict[str, str]:
    """Ids by which requests get past the first 404."""
    workflow.store_scores(dataset, np.arange(6), {"mine": np.linspace(0, 1, 6)})
    embedding, score = dataset.arrays.get(Kind.EMBEDDING, "default"), dataset.arrays.get(Kind.SCORE, "mine")
    return {
        "dataset_id": dataset.id,
        "tag_id": dataset.tag("initial-tag").id,
        "embedding_id": embedding.id,
        "array_id": embedding.id,
        "score_id": score.id,
        "sample_id": f"{dataset.id[:16]}00000000",
        "format": "csv",
        "kind": "score",
    }


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_no_request_that_the_document_allows_or_forbids_is_a_500(
    shared_api: FastAPI, server: str, workspace: Workspace, known_ids: dict[str, str], mode: GenerationMode
) -> None:
    document = shared_api.openapi()
    failures: list[str] = []
    session = requests.Session()

    def send(case: Case[Any]) -> None:
        if case.method != "DELETE":
            case.path_parameters |= {name: known_ids[name] for name in known_ids.keys() & case.path_parameters.keys()}
        answer = case.call(base_url=f"{server}/v1", session=session)
        if answer.status_code >= 500:
            failures.append(f"{answer.status_code}: {case.as_curl_command()}")

    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        is_json = any(body.media_type == "application/json" for body in operation.body)
        if mode is GenerationMode.POSITIVE or is_json or operation.query:
            without_surprises(given(case=operation.as_strategy(generation_mode=mode))(send))()
    assert failures == []


def test_every_error_is_documented_as_json(shared_api: FastAPI) -> None:
    operations = [operation for path in shared_api.openapi()["paths"].values() for operation in path.values()]
    assert {kind for operation in operations for kind in operation["responses"]["default"]["content"]} == {
        "application/json"
    }


def test_what_is_not_json_is_documented_as_what_it_is(shared_api: FastAPI) -> None:
    paths = shared_api.openapi()["paths"]
    for ending, kind in [("/rounds/{tag_id}/report", "text/html"), ("/export/basic/filenames", "text/plain")]:
        [route] = [path for path in paths if path.endswith(ending)]
        assert list(paths[route]["get"]["responses"]["200"]["content"]) == [kind]
