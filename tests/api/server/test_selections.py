from dataclasses import asdict

import pytest
from pydantic.alias_generators import to_camel

from al_core.api.schemas.selections import SelectionCreate, SelectionInputs
from al_core.config import SelectionConfig
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


def test_the_body_has_every_field_of_a_configuration_with_its_default() -> None:
    assert SelectionCreate(name="x").to_config() == SelectionConfig(name="x")
    config = SelectionConfig("CORAL", 5, 0.5, "x", score_name="y", seed=1, normalize=False, coral="product", strength=2)
    body = {to_camel(name): value for name, value in asdict(config).items()}
    assert SelectionCreate.model_validate(body | {"method": "CORAL"}).to_config() == config
    assert len(body) == len(SelectionCreate.model_fields) - len(SelectionInputs.model_fields)


def test_a_share_that_is_none_is_refused(api: Api) -> None:
    body = {"newTagName": "picked", "method": "RANDOM", "config": {"stoppingCondition": {"nSamples": 1.5}}}
    embedding = api("GET", f"{api.dataset}/embeddings", 200)[0]["id"]
    refusal = api("POST", f"{api.dataset}/embeddings/{embedding}/sampling", 422, body)
    assert refusal["message"] == "nSamples must be a share below 1 or a whole number, not 1.5"


@pytest.mark.parametrize("value", [2**63, 2**64, 10**30, -1, 1.5, "1", False])
def test_a_seed_that_no_catalog_can_hold_is_refused(api: Api, value: object) -> None:
    body = {"name": "picked", "method": "RANDOM", "nSamples": 1, "seed": value}
    assert "seed" in api("POST", f"{api.dataset}/selections", 422, body)["message"]


@pytest.mark.parametrize("route", ["selections", "selections/check"])
def test_an_option_that_there_is_not_is_refused_and_not_passed_over(api: Api, route: str) -> None:
    body = {"name": "picked", "method": "RANDOM", "nSamples": 1, "testshare": 0.5}
    assert api("POST", f"{api.dataset}/{route}", 422, body)["message"].startswith("body.testshare: ")
