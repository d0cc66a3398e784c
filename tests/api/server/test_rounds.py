import numpy as np
import requests

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.steps.round_result import NO_MODEL
from al_core.store import Dataset, TagRole
from tests.api.calls import Api
from tests.patience import PATIENCE


def test_a_round_is_sent_released_and_what_is_missing_tagged(api: Api, dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 3, name="round 1", seed=1))
    path = f"{api.dataset}/rounds"
    [draft] = api("GET", path, 200)
    assert (draft["tagId"], draft["state"], draft["nAdded"], draft["nBack"]) == (selection.tag.id, "draft", 3, 0)
    api("POST", f"{path}/{draft['tagId']}/sent", 204)
    assert api("GET", f"{path}/{draft['tagId']}", 200)["state"] == "sent"
    missing = api("POST", f"{path}/{draft['tagId']}/missing", 201)["id"]
    assert api("GET", f"{api.dataset}/tags/{missing}", 200)["name"] == "round 1 missing"
    api("POST", f"{path}/{draft['tagId']}/released", 204)
    assert api("GET", path, 200)[0]["state"] == "released"
    initial = dataset.tag("initial-tag").id
    assert api("POST", f"{path}/{initial}/sent", 404)["code"] == "ROUND_UNKNOWN"


def test_training_set_and_test_set_are_listed(api: Api, dataset: Dataset) -> None:
    assert api("GET", f"{api.dataset}/test-share", 200) == {"population": [], "reserve": [], "barred": []}
    config = SelectionConfig("RANDOM", 4, name="round 1", seed=1, test_share=0.25)
    selection = workflow.run_selection(dataset, config)
    dataset.set_tag_role(selection.tag, TagRole.LABELED)
    share = api("GET", f"{api.dataset}/test-share", 200)
    assert (len(share["population"]), share["reserve"]) == (6, dataset.filenames(selection.test_rows))
    assert api("GET", f"{api.dataset}/test-set", 200) == dataset.filenames(selection.test_rows)
    assert api("GET", f"{api.dataset}/training-set", 200) == dataset.filenames(np.sort(selection.picked_rows))


def test_target_and_prices_are_kept_and_used_in_the_report(api: Api, dataset: Dataset) -> None:
    path = f"{api.dataset}/round-plan"
    assert api("GET", path, 200)["target"] == 0.9
    plan = {"target": 0.8, "price_per_image": 0.5, "price_per_object": 0.0, "value_per_point": 10.0, "currency": "$"}
    api("PUT", path, 204, plan)
    assert api("GET", path, 200) == plan
    assert "above 0" in api("PUT", path, 400, {"target": 0.0})["message"]
    assert "valid number" in api("PUT", path, 422, {"value_per_point": False})["message"]
    workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="round 1", seed=1))
    report = api("GET", f"{api.dataset}/rounds-report", 200)
    [result] = report["results"]
    assert (result["cost"], result["accuracy"], result["text"]) == (2.0, None, NO_MODEL)
    assert report["signs"]["target"]["isRefused"]
    assert report["verdict"] == "Go on: nothing says yet that it is time to stop."


def test_training_labels_are_a_file_once_there_are_labels(api: Api, dataset: Dataset) -> None:
    path = f"{api.dataset}/training-labels"
    assert "bring labels back first" in api("GET", f"{path}/csv", 400)["message"]
    table = b"filename,label\na.png,cat\nb.png,dog\n"
    requests.put(f"{api.address}{api.dataset}/labels", data=table, timeout=PATIENCE).raise_for_status()
    for way in ("", "/csv", "/csv?task=classification"):
        response = requests.get(f"{api.address}{path}{way}", timeout=PATIENCE)
        assert response.content == table
        assert response.headers["Content-Type"].startswith("text/csv")
        assert response.headers["Content-Disposition"] == 'attachment; filename="training-labels.csv"'
    assert "but as csv" in api("GET", f"{path}/voc", 404)["message"]
    assert "no labels for object-detection" in api("GET", f"{path}?task=object-detection", 400)["message"]


def test_the_report_of_a_round_is_a_file_to_keep(api: Api, dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="round 1", seed=1))
    path = f"{api.address}{api.dataset}/rounds/{selection.tag.id}/report"
    response = requests.get(path, timeout=PATIENCE)
    assert response.headers["Content-Disposition"] == 'attachment; filename="round.html"'
    assert "<h1>round 1</h1>" in response.text
    missing = f"{api.dataset}/rounds/{dataset.tag('initial-tag').id}/report"
    assert api("GET", missing, 404)["code"] == "ROUND_UNKNOWN"
