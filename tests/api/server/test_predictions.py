import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from al_core.store import Dataset, Kind
from tests.api.calls import Api
from tests.formats.worker.bombs import xz_of_four_gigabytes
from tests.patience import PATIENCE


def test_predictions_are_stored_and_scored(api: Api, dataset: Dataset) -> None:
    lines = ["filename,cat,dog", *(f"{name},0.75,0.25" for name in dataset.filenames())]
    answer = requests.put(f"{api.address}{api.dataset}/predictions", "\n".join(lines).encode(), timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["matched"] == 6
    assert "uncertainty_margin" in answer.json()["scores"]
    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    score = api("GET", f"{api.dataset}/tags/{initial}/scores/uncertainty_margin", 200)
    assert score["scores"] == [0.5] * 6


def test_what_is_wrong_with_a_file_is_said_of_the_request(api: Api) -> None:
    refused = requests.put(f"{api.address}{api.dataset}/predictions", b"", timeout=PATIENCE)
    assert (refused.status_code, refused.json()["message"]) == (400, "the request is empty (0 bytes); write it again")


def test_logits_are_refused_until_a_parameter_says_what_they_are(api: Api, dataset: Dataset) -> None:
    content = "\n".join(["filename,cat,dog", *(f"{name},-2.5,3.5" for name in dataset.filenames())]).encode()
    address = f"{api.address}{api.dataset}/predictions"
    refused = requests.put(address, content, timeout=PATIENCE)
    assert refused.status_code == 400, refused.text
    assert "The values look like logits" in refused.json()["message"]
    stored = requests.put(address, content, params={"softmax": "true"}, timeout=PATIENCE)
    assert stored.status_code == 200, stored.text
    assert any("softmax was applied" in sentence for sentence in stored.json()["report"])


def test_parameters_say_what_columns_are_and_scores_are_stored_too(api: Api, dataset: Dataset) -> None:
    content = "\n".join(["filename,sharpness", *(f"{name},0.25" for name in dataset.filenames())]).encode()
    address = f"{api.address}{api.dataset}/predictions"
    choices = {"columns": '{"sharpness": "confidence"}', "name": "sharp"}
    stored = requests.put(address, content, params=choices, timeout=PATIENCE)
    assert stored.json()["scores"] == ["sharpness"], stored.text
    values = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "sharpness"))
    assert values.tolist() == [0.75] * 6
    wrong = requests.put(address, content, params={"columns": '{"sharpness": "animal"}'}, timeout=PATIENCE)
    assert wrong.status_code == 400
    assert "a column cannot mean 'animal'" in wrong.json()["message"]


def test_predictions_sent_sample_by_sample_are_scored_together(api: Api, dataset: Dataset) -> None:
    path = f"{api.dataset}/predictions"
    task = {
        "name": "animals",
        "type": "CLASSIFICATION",
        "categories": [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog"}],
    }
    api("POST", f"{path}/tasks", 201, task | {"categories": []})
    api("POST", f"{path}/tasks", 201, task)
    assert api("GET", f"{path}/tasks", 200) == [task] == [api("GET", f"{path}/tasks/animals", 200)]
    assert "send them first" in api("POST", f"{path}/tasks/animals/scores", 400)["message"]
    for row, sample in enumerate(api("GET", f"{api.dataset}/mappings?field=_id", 200)):
        one = {"type": "CLASSIFICATION", "taskName": "animals", "categoryId": 3, "score": 0.75}
        one["probabilities"] = [0.75, 0.25] if row else [0.5, 0.5]
        api("POST", f"{path}/samples/{sample}?predictionUUIDTimestamp=1", 201, [one])
    assert api("GET", f"{path}/samples/{sample}", 200) == [one]
    assert api("GET", f"{path}/samples?taskName=animals", 200)[5] == [one]
    stored = api("POST", f"{path}/tasks/animals/scores", 200)
    assert (stored["matched"], stored["scores"][1]) == (6, "uncertainty_margin")
    margin = dataset.arrays.get(Kind.SCORE, "uncertainty_margin")
    assert dataset.arrays.read(margin).tolist() == [1.0] + [0.5] * 5
    assert dataset.arrays.get(Kind.PREDICTION, "animals").attributes["class_names"] == ["cat", "dog"]
    unknown = one | {"taskName": "plants"}
    assert api("POST", f"{path}/samples/{sample}", 404, [unknown])["code"] == "PREDICTION_TASK_UNKNOWN"


def test_a_bomb_is_refused_and_the_server_goes_on(api: Api, tmp_path: Path) -> None:
    xz_of_four_gigabytes(tmp_path / "bomb")
    address = f"{api.address}{api.dataset}/predictions"
    answer = requests.put(address, (tmp_path / "bomb").read_bytes(), timeout=PATIENCE)
    assert answer.status_code == 400, answer.text
    assert "takes more than 200 MB of memory to read" in answer.json()["message"]
    api("GET", api.dataset, 200)


def test_predictions_of_many_tasks_sent_at_once_are_all_stored(api: Api, dataset: Dataset) -> None:
    path = f"{api.dataset}/predictions"
    [sample, *_] = api("GET", f"{api.dataset}/mappings?field=_id", 200)
    names = [f"task-{number}" for number in range(12)]

    def send_task(name: str) -> None:
        api("POST", f"{path}/tasks", 201, {"name": name, "type": "CLASSIFICATION", "categories": []})

    def send_prediction(name: str) -> None:
        one = {"type": "CLASSIFICATION", "taskName": name, "categoryId": 1, "score": 0.5}
        api("POST", f"{path}/samples/{sample}", 201, [one])

    with ThreadPoolExecutor(len(names)) as clients:
        list(clients.map(send_task, names))
        list(clients.map(send_prediction, names))
    assert sorted(task["name"] for task in api("GET", f"{path}/tasks", 200)) == sorted(names)
    assert sorted(one["taskName"] for one in api("GET", f"{path}/samples/{sample}", 200)) == sorted(names)


def test_boxes_below_a_confidence_threshold_do_not_count(api: Api, dataset: Dataset) -> None:
    boxes = [
        {"image_id": "a.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": score} for score in (0.75, 0.01, 0.02)
    ]
    address = f"{api.address}{api.dataset}/predictions"
    answer = requests.put(f"{address}?confidence_threshold=0.5", json.dumps(boxes).encode(), timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    report = answer.json()["report"]
    assert any(line.startswith("2 of 3 boxes are below the confidence threshold of 0.5") for line in report)
    assert dataset.models.all()[0].confidence_threshold == 0.5
    refused = requests.put(f"{address}?confidence_threshold=5", json.dumps(boxes).encode(), timeout=PATIENCE)
    assert refused.status_code == 422
