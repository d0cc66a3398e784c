import numpy as np
import requests

from al_core import workflow
from al_core.api.server.settings import Settings
from al_core.store import Dataset, Workspace
from tests.api.calls import Api
from tests.api.conftest import api_server
from tests.patience import PATIENCE


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
    lines = requests.get(api("GET", f"{embedding}/readCSVUrl", 200), timeout=PATIENCE).text.splitlines()
    assert lines[0] == "filenames,embedding_0,embedding_1,labels"
    assert lines[1] == "a.png,1.0,0.0,0"
    assert len(lines) == 7
    assert api("PUT", f"{embedding}/isProcessed", 400, {"rowCount": 5})["code"] == "EMBEDDING_ROW_COUNT_INVALID"
    api("DELETE", embedding, 204, {})
    assert api("GET", f"{embedding}/2d", 404)["code"] == "EMBEDDING_UNKNOWN"


def test_the_csv_of_an_embedding_ends_with_it_after_the_dataset_has_grown(api: Api, dataset: Dataset) -> None:
    embedding = dataset.arrays.get("embedding", "default").id
    api("POST", f"{api.dataset}/samples", 201, {"fileName": "later.png"})
    api("POST", f"{api.dataset}/tags/upsize", 201, {"upsizeTagName": "second upload"})
    address = api("GET", f"{api.dataset}/embeddings/{embedding}/readCSVUrl", 200)
    assert [line.partition(",")[0] for line in requests.get(address, timeout=PATIENCE).text.splitlines()] == [
        "filenames",
        *dataset.filenames()[:6],
    ]


def test_a_body_that_is_not_arrow_is_refused(api: Api) -> None:
    answer = requests.put(f"{api.address}{api.dataset}/embeddings?name=x", b"ARROW1 but not really", timeout=PATIENCE)
    assert answer.status_code == 400
    assert answer.json()["type"] == "FileFormatError"


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
