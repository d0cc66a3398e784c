"""The server on the wire: shapes, codes, and who is refused."""

import errno
import json
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from sqlalchemy import event

from al_core import workflow
from al_core.api.server.errors import ApiError
from al_core.api.server.guards import Meter
from al_core.api.server.settings import LOCAL_HOSTS, Settings
from al_core.api.server.signed_urls import Signer, read_secret
from al_core.store import Dataset, Workspace
from tests.api.conftest import api_server

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
        answer = requests.request(method, f"{self.address}{path}", json=body, timeout=30, **options)
        assert answer.status_code == status, answer.text
        is_json = answer.headers.get("content-type") == "application/json"
        return answer.json() if is_json else answer.content


@pytest.fixture
def api(server: str, dataset: Dataset) -> Api:
    return Api(server, dataset.id)


@pytest.fixture
def empty(server: str, workspace: Workspace) -> Api:
    return Api(server, workspace.create_dataset("empty").id)


def wait(api: Api, job_id: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = api("GET", f"/jobs/{job_id}", 200)
        if job["status"] in ("FINISHED", "FAILED"):
            return job


def test_an_error_has_a_code_a_message_and_the_name_of_its_class(api: Api) -> None:
    assert api("GET", "/datasets/none", 404) == {
        "code": "DATASET_UNKNOWN",
        "message": "the workspace has no dataset 'none'; its datasets are: 'line'",
        "type": "NotFoundError",
    }
    assert api("GET", f"{api.dataset}/tags/none", 404)["code"] == "TAG_UNKNOWN"
    assert api("GET", "/jobs/none", 404)["code"] == "JOB_UNKNOWN"
    assert api("POST", "/datasets", 409, {"name": "line"})["code"] == "DATASET_NAME_EXISTS"
    assert api("POST", "/datasets", 400, {"nam": 1}) == {
        "code": "MALFORMED_REQUEST",
        "message": "body.name: Field required",
        "type": "InvalidInputError",
    }
    assert api("GET", "/nothing", 404)["code"] == "NOT_FOUND"
    assert api("GET", f"{api.dataset}/datasource", 404)["code"] == "DATASOURCE_UNKNOWN"


def test_both_spellings_of_the_path_create_a_dataset(api: Api) -> None:
    assert len(api("POST", "/datasets", 201, {"name": "one"})["id"]) == 24
    assert len(api("POST", "/datasets/", 201, {"name": "two"})["id"]) == 24
    assert [known["name"] for known in api("GET", "/datasets?shared=False", 200)][-1] == "line"
    assert api("GET", "/datasets?shared=True", 200) == []


def test_samples_keep_the_order_in_which_they_came(empty: Api) -> None:
    names = ["b.png", "a.png", "c.png"]
    ids = [empty("POST", f"{empty.dataset}/samples", 201, {"fileName": name})["id"] for name in names]
    assert empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "a.png"})["id"] == ids[1]
    assert empty("GET", f"{empty.dataset}/mappings?field=fileName", 200) == []
    assert empty("GET", empty.dataset, 200)["nSamples"] == 3
    empty("POST", f"{empty.dataset}/tags/initial", 201, {"imgType": "full", "creator": "USER_PIP"})
    assert empty("GET", f"{empty.dataset}/mappings?field=fileName", 200) == names
    assert empty("GET", f"{empty.dataset}/mappings?field=_id", 200) == ids
    assert empty("GET", empty.dataset, 200)["imgType"] == "full"
    assert empty("POST", f"{empty.dataset}/tags/initial", 409, {})["code"] == "TAG_INITIAL_EXISTS"
    [sample] = empty("GET", f"{empty.dataset}/samples?pageSize=1&pageOffset=1", 200)
    assert (sample["id"], sample["fileName"], sample["index"], sample["type"]) == (ids[1], "a.png", 1, "IMAGE")


def test_a_sample_keeps_what_an_update_leaves_out(api: Api) -> None:
    [first, *_] = api("GET", f"{api.dataset}/samples", 200)
    path = f"{api.dataset}/samples/{first['id']}"
    api("PUT", path, 204, {"customMetaData": {"people": 3}})
    api("PUT", path, 204, {"metaData": {"snr": 1.5}})
    seen = api("GET", path, 200)
    assert (seen["fileName"], seen["customMetaData"], seen["metaData"]) == ("a.png", {"people": 3}, {"snr": 1.5})
    assert api("GET", f"{api.dataset}/samples/{'0' * 24}", 404)["code"] == "SAMPLE_UNKNOWN"


def test_what_json_cannot_carry_everywhere_is_stored_as_what_it_can(api: Api) -> None:
    [first, *_] = api("GET", f"{api.dataset}/samples", 200)
    path = f"{api.dataset}/samples/{first['id']}"
    # As Python's json module sends it: Lightly's client has a NaN for the noise of an image of one colour.
    text = '{"customMetaData": {"snr": NaN, "list": [Infinity, 1180591620717411303424, 1' + "0" * 400 + "]}}"
    headers = {"Content-Type": "application/json"}
    api("PUT", path, 204, data=text, headers=headers)
    stored = {"snr": None, "list": [None, float(2**70), None]}
    assert api("GET", path, 200)["customMetaData"] == stored
    assert api("GET", f"{api.dataset}/samples", 200)[0]["customMetaData"] == stored
    deep = '{"customMetaData": {"x": ' + "[" * 500 + "]" * 500 + "}}"
    assert "at most 100 deep" in api("PUT", path, 400, data=deep, headers=headers)["message"]


def test_new_samples_leave_gaps_in_scores_and_make_an_embedding_incomplete(api: Api, dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.arange(6), {"mine": np.full(6, 0.5)})
    api("POST", f"{api.dataset}/samples", 201, {"fileName": "late.png"})
    made = api("POST", f"{api.dataset}/tags/upsize", 201, {"upsizeTagName": "second upload"})
    assert api("GET", f"{api.dataset}/tags/{made['id']}", 200)["bitMaskData"] == "0x40"
    assert [tag["totSize"] for tag in api("GET", f"{api.dataset}/tags", 200)] == [7, 7]
    assert [known["isProcessed"] for known in api("GET", f"{api.dataset}/embeddings", 200)] == [False]
    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    assert api("GET", f"{api.dataset}/tags/{initial}/scores", 200) == []
    assert api("GET", f"{api.dataset}/mappings?field=fileName", 200)[-1] == "late.png"
    repeated = api("POST", f"{api.dataset}/tags/upsize", 201, {"upsizeTagName": "third upload"})
    assert repeated["id"] == initial


def test_tags_are_combined_renamed_and_made_from_masks(api: Api) -> None:
    def create(name: str, mask: str, status: int = 201) -> Any:
        return api("POST", f"{api.dataset}/tags", status, {"name": name, "bitMaskData": mask, "totSize": 6})

    first, second = create("first", "0x7")["id"], create("second", "0x1c")["id"]
    both = {"tagId1": first, "tagId2": second}
    masks = {
        operation: api("POST", f"{api.dataset}/tags/arithmetics/bitmask", 200, both | {"operation": operation})
        for operation in ("UNION", "INTERSECTION", "DIFFERENCE")
    }
    assert [mask["bitMaskData"] for mask in masks.values()] == ["0x1f", "0x4", "0x3"]
    named = both | {"operation": "INTERSECTION", "newTagName": "middle"}
    middle = api("POST", f"{api.dataset}/tags/arithmetics", 201, named)["id"]
    api("PUT", f"{api.dataset}/tags/{middle}", 204, {"name": "centre"})
    assert api("GET", f"{api.dataset}/tags/{middle}/filenames", 200) == ["c.png"]
    assert api("GET", f"{api.dataset}/tags", 200)[0]["name"] == "centre"
    assert create("third", "0x40", 400)["message"].startswith("bitMaskData has 7 bits")
    assert create("first", "0x1", 409)["code"] == "TAG_NAME_EXISTS"


def test_scores_are_listed_for_the_tags_that_they_cover(api: Api) -> None:
    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    part = api("POST", f"{api.dataset}/tags", 201, {"name": "part", "bitMaskData": "0x3", "totSize": 6})["id"]
    api("POST", f"{api.dataset}/tags/{part}/scores", 201, {"scoreType": "mine", "scores": [0.25, 0.5]})
    assert api("GET", f"{api.dataset}/tags/{initial}/scores", 200) == []
    [score] = api("GET", f"{api.dataset}/tags/{part}/scores", 200)
    assert (score["scoreType"], score["tagId"]) == ("mine", part)
    assert api("GET", f"{api.dataset}/tags/{part}/scores/{score['id']}", 200)["scores"] == [0.25, 0.5]
    assert api("GET", f"{api.dataset}/tags/{part}/scores/none", 404)["code"] == "SCORE_UNKNOWN"


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


def test_a_failed_job_says_why(api: Api) -> None:
    body = {"method": "ACTIVE_LEARNING", "nSamples": 2, "name": "by score"}
    job = wait(api, api("POST", f"{api.dataset}/selections", 201, body)["jobId"])
    assert job["status"] == "FAILED"
    assert "score" in job["error"]


def test_embeddings_are_listed_oldest_first_unless_a_setting_says_otherwise(
    api: Api, dataset: Dataset, workspace: Workspace
) -> None:
    workflow.add_embeddings(dataset, dataset.filenames(), np.eye(6), name="newer")
    assert [known["name"] for known in api("GET", f"{api.dataset}/embeddings", 200)] == ["default", "newer"]
    with api_server(workspace, Settings(embedding_order="newest-first")) as address:
        listed = Api(address)("GET", f"{api.dataset}/embeddings", 200)
    assert [known["name"] for known in listed] == ["newer", "default"]


def test_an_embedding_is_read_as_csv_and_deleted(api: Api) -> None:
    embedding = f"{api.dataset}/embeddings/{api('GET', f'{api.dataset}/embeddings', 200)[0]['id']}"
    lines = requests.get(api("GET", f"{embedding}/readCSVUrl", 200), timeout=30).text.splitlines()
    assert lines[0] == "filenames,embedding_0,embedding_1,labels"
    assert lines[1] == "a.png,1.0,0.0,0"
    assert len(lines) == 7
    assert api("PUT", f"{embedding}/isProcessed", 400, {"rowCount": 5})["code"] == "EMBEDDING_ROW_COUNT_INVALID"
    api("DELETE", embedding, 204, {})
    assert api("GET", f"{embedding}/2d", 404)["code"] == "EMBEDDING_UNKNOWN"


def test_a_filename_in_an_export_cannot_run_as_a_formula(empty: Api) -> None:
    empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "=1+1.png"})
    tag = empty("POST", f"{empty.dataset}/tags/initial", 201, {})["id"]
    assert b"'=1+1.png" in empty("GET", f"{empty.dataset}/tags/{tag}/export/csv", 200)


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "a/../../b.png", "a\\b.png", "a\nb.png", "./a.png", ""])
def test_a_filename_that_is_no_plain_path_is_refused(empty: Api, name: str) -> None:
    empty("POST", f"{empty.dataset}/samples", 400, {"fileName": name})


@pytest.fixture
def write_url(empty: Api) -> str:
    sample = empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "folder/a.png"})["id"]
    return str(empty("GET", f"{empty.dataset}/samples/{sample}/writeurls", 200)["full"])


def test_an_image_is_written_once(empty: Api, write_url: str) -> None:
    assert requests.put(write_url, PNG, timeout=30).status_code == 200
    assert requests.put(write_url, PNG, timeout=30).status_code == 200
    assert requests.put(write_url, PNG + b"!", timeout=30).status_code == 403
    sample = urlsplit(write_url).path.split("/")[-2]
    url = empty("GET", f"{empty.dataset}/samples/{sample}/readurl?type=full", 200)
    answer = requests.get(url, timeout=30)
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("before", "after"), [("/full?", "/thumbnail?"), ("signature=", "signature=0"), ("expires=1", "expires=2")]
)
def test_a_url_that_was_changed_is_refused(write_url: str, before: str, after: str) -> None:
    assert requests.put(write_url.replace(before, after), PNG, timeout=30).status_code == 403
    assert requests.get(write_url, timeout=30).status_code == 403


def test_an_expired_url_is_refused(api: Api, workspace: Workspace) -> None:
    sample = api("GET", f"{api.dataset}/samples", 200)[0]["id"]
    path = f"/signed{api.dataset}/samples/{sample}/full"
    signer = Signer(read_secret(workspace.home / "signing.key"))
    assert "no image" in api("GET", signer.sign("GET", path, 60), 404)["message"]
    assert "expired" in api("GET", signer.sign("GET", path, -1), 403)["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8501"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_foreign_hosts_and_pages_are_refused(api: Api, headers: dict[str, str]) -> None:
    assert api("GET", "/datasets", 403, headers=headers)["code"] == "FORBIDDEN"


@pytest.fixture
def guarded(workspace: Workspace, dataset: Dataset) -> Iterator[Api]:
    with api_server(workspace, Settings(require_token=True)) as address:
        yield Api(address, dataset.id)


def test_a_token_opens_the_server_until_it_is_revoked(guarded: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    assert guarded("GET", "/datasets", 401)["code"] == "UNAUTHORIZED"
    guarded("GET", "/datasets?token=wrong", 401)
    guarded("GET", "/versions/pip/minimum", 200)
    assert len(guarded("GET", f"/datasets?token={secret}", 200)) == 1
    guarded("GET", "/datasets", 200, headers={"Authorization": f"Bearer {secret}"})
    workspace.tokens.revoke("ci")
    guarded("GET", f"/datasets?token={secret}", 401)


def test_a_token_may_be_for_reading_only(guarded: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("viewer", may_write=False)
    guarded("GET", f"/datasets?token={secret}", 200)
    assert "may only read" in guarded("POST", f"/datasets?token={secret}", 403, {"name": "new"})["message"]


def test_on_this_machine_a_token_is_checked_once_there_are_any(api: Api, workspace: Workspace) -> None:
    api("GET", "/datasets?token=left-over", 200)
    workspace.tokens.create("ci")
    api("GET", "/datasets", 200)
    api("GET", "/datasets?token=left-over", 401)


def test_wrong_tokens_are_slowed_down(guarded: Api) -> None:
    statuses = {requests.get(f"{guarded.address}/datasets?token=x{n}", timeout=30).status_code for n in range(30)}
    assert statuses == {401, 429}


def test_an_oversized_body_is_refused_with_and_without_a_length(workspace: Workspace) -> None:
    with api_server(workspace, Settings(max_body_mb=1)) as address:
        api = Api(address)
        assert api("POST", "/datasets", 413, {"name": "x" * (1 << 20)})["code"] == "CONTENT_TOO_LARGE"
        chunks = (b"x" * 65536 for _ in range(20))
        assert requests.post(f"{api.address}/datasets", data=chunks, timeout=30).status_code == 413


def test_every_write_is_in_the_audit_log_without_the_token(api: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    api("POST", f"/datasets?token={secret}", 201, {"name": "new"})
    api("POST", "/datasets", 409, {"name": "new"})
    api("GET", "/datasets", 200)
    log = (workspace.home / "audit.jsonl").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert [(entry["user"], entry["method"], entry["path"], entry["status"]) for entry in entries] == [
        ("ci", "POST", "/datasets", 201),
        ("this machine", "POST", "/datasets", 409),
    ]
    assert secret not in log


def test_the_secrets_of_a_workspace_are_its_owners_and_stored_hashed(api: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    api("GET", "/datasets", 200)
    assert os.stat(workspace.home / "signing.key").st_mode & 0o777 == 0o600
    assert not any(secret.encode() in path.read_bytes() for path in workspace.home.glob("catalog.sqlite*"))


def test_an_arrow_body_that_is_none_is_refused(api: Api) -> None:
    answer = requests.put(f"{api.address}{api.dataset}/embeddings?name=x", b"ARROW1 but not really", timeout=30)
    assert answer.status_code == 400
    assert answer.json()["type"] == "FileFormatError"


def test_the_default_settings_trust_this_machine_only() -> None:
    assert Settings().allowed_hosts == LOCAL_HOSTS == ("localhost", "127.0.0.1", "::1")


def test_numbers_in_custom_metadata_become_columns_once_a_configuration_points_at_them(
    api: Api, dataset: Dataset
) -> None:
    first, second, *_ = api("GET", f"{api.dataset}/samples", 200)
    api("PUT", f"{api.dataset}/samples/{first['id']}", 204, {"customMetaData": {"weather": {"temperature": 21}}})
    api("PUT", f"{api.dataset}/samples/{second['id']}", 204, {"customMetaData": {"weather": "none"}})
    entry = {"name": "temperature", "path": "weather.temperature", "defaultValue": 5, "valueDataType": "NUMERIC_INT"}
    text = {"name": "sky", "path": "weather.sky", "defaultValue": "?", "valueDataType": "CATEGORICAL_STRING"}
    path = f"{api.dataset}/configuration/metadata"
    made = api("POST", path, 201, {"name": "weather", "configs": [entry, text]})
    assert dataset.arrays.read(dataset.arrays.get("metadata", "temperature")).tolist() == [21, 5, 5, 5, 5, 5]
    assert [stored.name for stored in dataset.arrays.all("metadata")] == ["temperature"]
    api("PUT", f"{path}/{made['id']}", 204, {"name": "weather", "configs": [entry | {"defaultValue": None}]})
    assert np.isnan(dataset.arrays.read(dataset.arrays.get("metadata", "temperature"))[1:]).all()
    [known] = api("GET", path, 200)
    assert known == api("GET", f"{path}/{made['id']}", 200)
    assert (known["name"], known["configs"][0]["path"]) == ("weather", "weather.temperature")
    assert api("GET", f"{path}/none", 404)["code"] == "METADATA_CONFIGURATION_UNKNOWN"


def test_the_size_of_a_dataset_is_what_its_images_have(empty: Api) -> None:
    for name, size in (("a.png", 1000), ("b.png", 24)):
        empty("POST", f"{empty.dataset}/samples", 201, {"fileName": name, "metaData": {"sizeInBytes": size}})
    empty("POST", f"{empty.dataset}/tags/initial", 201, {})
    assert empty("GET", empty.dataset, 200)["sizeInBytes"] == 1024
    empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "c.png", "metaData": {"sizeInBytes": 1}})
    empty("POST", f"{empty.dataset}/tags/upsize", 201, {"upsizeTagName": "more"})
    assert empty("GET", empty.dataset, 200)["sizeInBytes"] == 1025


def test_two_dimensional_views_are_calculated_or_sent(api: Api, dataset: Dataset) -> None:
    embedding = f"{api.dataset}/embeddings/{dataset.arrays.get('embedding', 'default').id}"
    sent = {
        "name": "mine",
        "dimensionalityReductionMethod": "TSNE",
        "coordinatesDimension1": [0, 1, 2, 3, 4, 5],
        "coordinatesDimension2": [5, 4, 3, 2, 1, 0],
    }
    made = api("POST", f"{embedding}/2d", 201, sent)
    view = api("GET", f"{embedding}/2d/{made['id']}", 200)
    assert {name: view[name] for name in sent} == sent
    assert (
        "give one of each for the 6 rows"
        in api("POST", f"{embedding}/2d", 400, sent | {"coordinatesDimension1": [0]})["message"]
    )
    for method in ("PCA", "TSNE", "UMAP"):
        api("POST", f"{embedding}/trigger2dEmbeddingsJob", 202, {"dimensionalityReductionMethod": method})
    while {job["status"] for job in api("GET", "/jobs", 200)} != {"FINISHED"}:
        pass
    assert {view["name"] for view in api("GET", f"{embedding}/2d", 200)} == {"mine", "pca", "tsne", "umap"}


def test_predictions_are_stored_and_scored(api: Api, dataset: Dataset) -> None:
    lines = ["filename,cat,dog", *(f"{name},0.75,0.25" for name in dataset.filenames())]
    answer = requests.put(f"{api.address}{api.dataset}/predictions", "\n".join(lines).encode(), timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["matched"] == 6
    assert "uncertainty_margin" in answer.json()["scores"]
    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    score = api("GET", f"{api.dataset}/tags/{initial}/scores/uncertainty_margin", 200)
    assert score["scores"] == [0.5] * 6


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
    margin = dataset.arrays.get("score", "uncertainty_margin")
    assert dataset.arrays.read(margin).tolist() == [1.0] + [0.5] * 5
    assert dataset.arrays.get("prediction", "animals").facts["class_names"] == ["cat", "dog"]
    unknown = one | {"taskName": "plants"}
    assert api("POST", f"{path}/samples/{sample}", 404, [unknown])["code"] == "PREDICTION_TASK_UNKNOWN"


def test_an_unknown_export_format_lists_the_known_ones(api: Api) -> None:
    tag = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    assert "there are: txt, csv, json" in api("GET", f"{api.dataset}/tags/{tag}/export/doc", 404)["message"]


def test_the_documentation_lists_every_operation_and_loads_nothing_from_elsewhere(api: Api) -> None:
    page = api("GET", "/docs", 200).decode()
    document = api("GET", "/openapi.json", 200)
    assert all(f"<code>/v1{path}" in page for path in document["paths"])
    assert "//" not in page.replace("<!doctype", "")


def test_a_full_disk_is_a_507_and_leaves_the_store_whole(
    api: Api, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    scores = {"scoreType": "mine", "scores": [0.25] * 6}
    api("POST", f"{api.dataset}/tags/{initial}/scores", 201, scores)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = api("POST", f"{api.dataset}/tags/{initial}/scores", 507, scores | {"scores": [0.5] * 6})
    assert answer["code"] == "INSUFFICIENT_STORAGE"
    assert api("GET", f"{api.dataset}/tags/{initial}/scores/mine", 200)["scores"] == [0.25] * 6
    assert not list(workspace.home.rglob("*.tmp"))
    api("POST", f"{api.dataset}/tags/{initial}/scores", 201, scores | {"scores": [0.5] * 6})


def test_a_full_catalog_is_a_507_and_leaves_the_store_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    limit = {"pages": 1_000_000}

    def hold_to_limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit['pages']}")

    with Workspace(tmp_path / "sqlite") as workspace, api_server(workspace) as address:
        dataset = workflow.create_dataset(workspace, "line", ["a.png", "b.png"], np.eye(2))
        api = Api(address, dataset.id)
        event.listen(workspace._engine, "checkout", hold_to_limit)
        # SQLite never makes a database smaller than it is: one page is "no more than now".
        limit["pages"] = 1
        body = {"customMetaData": {"text": "x" * 100_000}}
        sample = api("GET", f"{api.dataset}/samples", 200)[0]["id"]
        assert api("PUT", f"{api.dataset}/samples/{sample}", 507, body)["code"] == "INSUFFICIENT_STORAGE"
        assert api("GET", f"{api.dataset}/samples/{sample}", 200)["customMetaData"] is None
        limit["pages"] = 1_000_000
        api("PUT", f"{api.dataset}/samples/{sample}", 204, body)
        assert api("GET", f"{api.dataset}/samples/{sample}", 200)["customMetaData"] == body["customMetaData"]


def test_no_name_gets_into_a_header(api: Api) -> None:
    forged = "a\r\nSet-Cookie: x=1"
    api("POST", "/datasets", 400, {"name": forged})
    api("POST", f"{api.dataset}/tags", 400, {"name": forged, "bitMaskData": "0x1", "totSize": 6})
    api("POST", f"{api.dataset}/samples", 400, {"fileName": forged})
    address = f"{api.address}{api.dataset}/embeddings/writeCSVUrl"
    answer = requests.get(address, params={"name": forged}, timeout=30)
    assert "Set-Cookie" not in answer.headers
    assert "%0D%0A" in answer.json()["signedWriteUrl"]
    sent = requests.put(answer.json()["signedWriteUrl"], b"filenames,embedding_0,labels\n", timeout=30)
    assert "Set-Cookie" not in sent.headers


def test_other_machines_have_a_limit_of_requests() -> None:
    meter = Meter(per_second=1)
    for _ in range(1000):
        meter.count("127.0.0.1", is_exempt=True)
    with pytest.raises(ApiError, match="at most 1 requests a second"):
        deque((meter.count("10.0.0.7", is_exempt=False) for _ in range(1000)), maxlen=0)
