import requests

from al_core.store import Dataset, Kind
from tests.api.calls import Api
from tests.patience import PATIENCE


def upload(api: Api, name: str, probability: float) -> None:
    lines = ["filename,cat,dog", *(f"{letter}.png,{probability},{1 - probability}" for letter in "abcdef")]
    body = "\n".join(lines).encode()
    answer = requests.put(f"{api.address}{api.dataset}/predictions?name={name}", body, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text


def test_models_are_listed_renamed_made_current_deleted_and_restored(api: Api, dataset: Dataset) -> None:
    path = f"{api.dataset}/models"
    upload(api, "first", 0.75)
    upload(api, "second", 0.5)
    second, first = api("GET", path, 200)
    assert (second["name"], second["isCurrent"], second["nSamples"]) == ("second", True, 6)
    assert (first["isCurrent"], first["task"], first["attributes"]) == (False, "classification", {"source": "first"})
    assert first["predictionsId"] == dataset.arrays.get(Kind.PREDICTION, "first").id
    assert first["scoreIds"]["uncertainty_margin"] == dataset.arrays.get(Kind.SCORE, "uncertainty_margin@first").id
    renamed = api("PUT", f"{path}/{first['id']}", 200, {"name": "week 29", "isCurrent": True})
    assert (renamed["name"], renamed["isCurrent"]) == ("week 29", True)
    assert api("PUT", f"{path}/{first['id']}", 409, {"name": "second"})["code"] == "MODEL_NAME_EXISTS"
    assert api("PUT", f"{path}/{first['id']}", 422, {})["code"] == "MALFORMED_REQUEST"
    api("DELETE", f"{path}/{first['id']}", 204)
    assert api("GET", f"{path}/{first['id']}", 404)["code"] == "MODEL_UNKNOWN"
    assert [model["name"] for model in api("GET", path, 200)] == ["second"]
    [deleted] = api("GET", f"{path}/deleted", 200)
    assert api("POST", f"{path}/deleted/{deleted['id']}", 200)["isCurrent"]
    assert api("POST", f"{path}/deleted/{deleted['id']}", 404)["code"] == "MODEL_UNKNOWN"
    assert api("GET", f"{path}/week 29", 200)["id"] == first["id"]


def test_a_partial_file_is_stored_with_a_note(api: Api) -> None:
    body = b"filename,cat,dog\na.png,0.9,0.1"
    answer = requests.put(f"{api.address}{api.dataset}/predictions", body, timeout=PATIENCE)
    assert any("5 of 6 images are without a score" in sentence for sentence in answer.json()["report"])


def test_a_body_that_is_no_model_is_refused(api: Api) -> None:
    answer = requests.post(f"{api.address}{api.dataset}/models", b"PK", timeout=PATIENCE)
    assert (answer.status_code, answer.json()["type"]) == (400, "FileFormatError")
