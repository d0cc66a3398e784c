import json

import requests

from al_core.store import Dataset
from tests.api.calls import Api
from tests.patience import PATIENCE

CSV = b"filename,label,annotator\na.png,cat,1\nb.png,dog,1\na.png,dog,2\nx.png,cat,1\n"


def put(api: Api, body: bytes, status: int, **parameters: str) -> dict[str, object]:
    address = f"{api.address}{api.dataset}/labels"
    answer = requests.put(address, body, params=parameters, timeout=PATIENCE)
    assert answer.status_code == status, answer.text
    content: dict[str, object] = answer.json()
    return content


def test_a_file_of_labels_is_stored_listed_deleted_and_restored(api: Api, dataset: Dataset) -> None:
    path = f"{api.dataset}/labels"
    answer = put(api, CSV, 200, name="week 29", round="round 1")
    assert (answer["matched"], answer["unknown"], answer["disagreeing"]) == (2, ["x.png"], ["a.png"])
    [stored] = api("GET", path, 200)
    assert answer["labels"] == {**stored, "isNew": True}
    assert (stored["name"], stored["round"], stored["nSamples"], stored["nAnnotations"]) == ("week 29", "round 1", 2, 3)
    assert dataset.tag("week 29").rows.tolist() == [0, 1]
    first, second = api("GET", f"{path}/samples", 200)
    assert first == {"fileName": "a.png", "classes": ["dog"], "boxes": [], "nAnnotators": 2, "disagrees": True}
    assert (second["classes"], second["disagrees"]) == (["dog"], False)
    assert put(api, CSV, 200, name="again")["labels"] == stored
    api("DELETE", f"{path}/week 29", 204)
    assert api("GET", f"{path}/{stored['id']}", 404)["code"] == "LABELS_UNKNOWN"
    [deleted] = api("GET", f"{path}/deleted", 200)
    assert api("POST", f"{path}/deleted/{deleted['id']}", 200) == stored
    assert api("POST", f"{path}/deleted/{deleted['id']}", 404)["code"] == "LABELS_UNKNOWN"


def test_a_dry_run_stores_nothing(api: Api, dataset: Dataset) -> None:
    answer = put(api, CSV, 200, dryRun="true")
    assert answer["labels"] is None
    assert answer["report"][0] == "2 of 6 samples have labels in the file."  # type: ignore[index]
    assert dataset.labels.all() == []
    assert api("GET", f"{api.dataset}/labels/samples", 200) == []


def test_images_without_objects_are_done_if_somebody_says_so(api: Api) -> None:
    images = [
        {"id": number, "file_name": f"{letter}.png", "width": 4, "height": 4} for number, letter in enumerate("ab")
    ]
    annotation = {"image_id": 0, "category_id": 1, "bbox": [1, 1, 2, 2]}
    body = json.dumps(
        {"images": images, "categories": [{"id": 1, "name": "cat"}], "annotations": [annotation]}
    ).encode()
    assert put(api, body, 200, dryRun="true")["matched"] == 1
    assert put(api, body, 200, unannotated="done")["matched"] == 2
    labels = api("GET", f"{api.dataset}/labels/samples", 200)
    assert [entry["boxes"] for entry in labels] == [[["cat", 0.25, 0.25, 0.75, 0.75]], []]


def test_what_is_no_label_is_refused_and_nothing_is_stored(api: Api, dataset: Dataset) -> None:
    for body, words in (
        (b"", "is empty"),
        (b"hello", "of no known format"),
        (b"filename,label\nx.png,cat\n", "0 of 6"),
    ):
        answer = put(api, body, 400)
        assert words in str(answer["message"])
    refusal = requests.post(f"{api.address}{api.dataset}/labels", b"PK", timeout=PATIENCE)
    assert (refusal.status_code, refusal.json()["type"]) == (400, "FileFormatError")
    assert dataset.labels.all() == []
