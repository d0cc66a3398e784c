from pathlib import Path

import numpy as np
import requests
from PIL import Image

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.store import INITIAL_TAG, Dataset, Workspace
from al_core.wire.card import read_card
from tests.api.calls import Api
from tests.patience import PATIENCE


def test_the_card_of_a_selection_is_the_one_of_the_workflow(api: Api, dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="picked", seed=1))
    content = api("GET", f"{api.dataset}/tags/{selection.tag.id}/card", 200)
    assert read_card(content) == workflow.selection_card(dataset, selection)
    assert "better" not in " ".join(content["sentences"])


def test_a_tag_that_no_selection_made_has_no_card(api: Api, dataset: Dataset) -> None:
    initial = dataset.tag(INITIAL_TAG)
    assert api("GET", f"{api.dataset}/tags/{initial.id}/card", 404)["code"] == "TAG_IS_NO_SELECTION"


def test_reasons_of_the_picks_come_in_the_order_of_picking(api: Api, dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="picked", seed=1))
    first, second = api("GET", f"{api.dataset}/tags/{selection.tag.id}/reasons", 200)
    assert (first["row"], first["nearestRow"], second["row"], second["nearestRow"]) == (0, None, 5, 0)


def test_what_a_minimum_distance_keeps_is_that_of_the_workflow(api: Api, dataset: Dataset) -> None:
    labeled = dataset.create_tag("done", np.array([0]))
    content = api("POST", f"{api.dataset}/selections/spacing", 200, {"preselectedTagId": labeled.id})
    curve = workflow.spacing(dataset, labeled_tag=labeled)
    assert (content["rows"], content["distances"]) == (curve.rows.tolist(), curve.distances.tolist())
    assert content["isComplete"]
    unknown = api("POST", f"{api.dataset}/selections/spacing", 404, {"queryTagId": "0" * 24})
    assert unknown["code"] == "TAG_QUERYTAG_NOT_IN_DATASET"


def test_samples_like_others_are_those_of_the_workflow(api: Api, dataset: Dataset) -> None:
    names = dataset.filenames(np.array([0, 2]))
    query = "&".join(f"filename={name}" for name in names)
    content = api("GET", f"{api.dataset}/similar?{query}&n=3", 200)
    similar = workflow.find_similar(dataset, np.array([0, 2]), n_samples=3)
    assert content == {"filenames": dataset.filenames(similar.rows), "distances": similar.distances.tolist()}
    assert not set(names) & set(content["filenames"])
    assert api("GET", f"{api.dataset}/similar?filename=nobody.png", 404)["type"] == "NotFoundError"


def test_an_image_in_the_body_is_looked_for_if_the_bundled_model_made_the_embedding(
    server: str, workspace: Workspace, api: Api, tmp_path: Path
) -> None:
    for name, color in (("navy.png", "navy"), ("red.png", "red")):
        Image.new("RGB", (64, 64), color).save(tmp_path / name)
    photos = workflow.dataset_from_images(workspace, tmp_path, "photos").dataset
    body = (tmp_path / "red.png").read_bytes()
    address = f"{server}/v1/datasets/{photos.id}/similar?n=1"
    answer = requests.post(address, data=body, timeout=PATIENCE)
    assert answer.json()["filenames"] == ["red.png"]
    refused = api("POST", f"{api.dataset}/similar", 400)
    assert "only efficientnet-lite0 is at hand" in refused["message"]
    assert requests.post(address, data=b"not an image", timeout=PATIENCE).json()["type"] == "FileFormatError"
