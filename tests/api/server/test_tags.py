from typing import Any

import numpy as np

from al_core import workflow
from al_core.store import Dataset, Workspace
from tests.api.calls import Api
from tests.store.statements import statements


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
    api("PUT", f"{api.dataset}/tags/{middle}", 204, {"name": "center"})
    assert api("GET", f"{api.dataset}/tags/{middle}/filenames", 200) == ["c.png"]
    assert api("GET", f"{api.dataset}/tags", 200)[0]["name"] == "center"
    assert create("third", "0x40", 400)["message"].startswith("bitMaskData has 7 bits")
    assert create("first", "0x1", 409)["code"] == "TAG_NAME_EXISTS"


def test_polling_tags_reads_only_the_revision_until_something_changes(api: Api, workspace: Workspace) -> None:
    first = api("GET", f"{api.dataset}/tags", 200)
    with statements(workspace) as executed:
        assert api("GET", f"{api.dataset}/tags", 200) == first
    # The one statement for the revision goes to the driver directly.
    assert executed == []


def test_polling_tags_shows_what_another_process_changed(api: Api, workspace: Workspace) -> None:
    def names() -> list[str]:
        return [tag["name"] for tag in api("GET", f"{api.dataset}/tags", 200)]

    assert names() == ["initial-tag"]
    with Workspace(workspace.home) as other:
        elsewhere = other.dataset("line")
        tag = elsewhere.create_tag("new", np.array([1]))
        assert names() == ["new", "initial-tag"]
        elsewhere.rename_tag(tag, "newer")
        assert names() == ["newer", "initial-tag"]
        elsewhere.delete_tag(tag)
        assert names() == ["initial-tag"]


def test_tags_of_a_dataset_that_was_deleted_are_a_404(api: Api, workspace: Workspace) -> None:
    api("GET", f"{api.dataset}/tags", 200)
    workspace.delete_dataset("line")
    assert api("GET", f"{api.dataset}/tags", 404)["code"] == "DATASET_UNKNOWN"
