"""What is said about a selection, and how its pick is edited, over HTTP: the same as on the machine itself."""

import json
from typing import Any

import pytest

from al_core import workflow
from al_core.config import AtMost, Folder, SelectionConfig
from al_core.store import Dataset, Workspace
from al_core.wire.picks import read_group_counts, read_limit_costs, read_outlook
from tests.api.calls import Api, wait
from tests.steps.shop import make_shop

LIMITS = [AtMost(2, per=Folder())]


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


@pytest.fixture
def api(server: str, shop: Dataset) -> Api:
    return Api(server, shop.id)


@pytest.fixture
def pick(shop: Dataset) -> workflow.Selection:
    return workflow.run_selection(shop, SelectionConfig("ACTIVE_LEARNING", 3, name="mine", seed=1, limits=LIMITS))


def result_of(api: Api, path: str, body: Any = None) -> Any:
    ended = wait(api, api("POST", f"{api.dataset}/{path}", 201, body)["jobId"])
    assert ended["status"] == "FINISHED", ended["error"]
    return json.loads(ended["result"]["data"])


def test_what_limits_cost_is_a_job(api: Api, shop: Dataset, pick: workflow.Selection) -> None:
    found = result_of(api, f"tags/{pick.tag.id}/limit-costs")
    assert read_limit_costs(found) == workflow.limit_costs(shop, pick)
    assert found[0]["text"].startswith("at most 2 per folder: covers ")


def test_groups_are_counted(api: Api, shop: Dataset, pick: workflow.Selection) -> None:
    found = read_group_counts(api("GET", f"{api.dataset}/tags/{pick.tag.id}/group-counts", 200))
    for there, here in zip(found, workflow.group_counts(shop, pick), strict=True):
        assert (there.by, there.names) == (here.by, here.names)
        assert there.picked.tolist() == here.picked.tolist()
        assert there.random.tolist() == here.random.tolist()


def test_a_pick_is_edited(api: Api, shop: Dataset, pick: workflow.Selection) -> None:
    first, second, third = pick.added_rows.tolist()
    edit = result_of(api, f"tags/{pick.tag.id}/next-best", {"row": second, "edits": [{"row": first}]})
    assert edit["row"] == second
    body = {"name": "edited", "edits": [{"row": first}, edit]}
    api("POST", f"{api.dataset}/tags/{pick.tag.id}/edits", 201, body)
    edited = workflow.read_selection(shop, shop.tag("edited"))
    assert edited is not None
    assert edited.added_rows.tolist() == [edit["replacement"], third]
    assert api("POST", f"{api.dataset}/tags/{pick.tag.id}/edits", 409, body)["code"] == "TAG_NAME_EXISTS"


@pytest.mark.parametrize("edit", [{"row": 99}, {"row": 1, "replacement": 99}, {"row": 1, "replacement": 1}])
def test_an_edit_that_cannot_be_made_is_refused(api: Api, pick: workflow.Selection, edit: dict[str, int]) -> None:
    assert 1 in pick.added_rows
    body = {"name": "edited", "edits": [edit]}
    answer = api("POST", f"{api.dataset}/tags/{pick.tag.id}/edits", 400, body)
    assert answer["type"] == "InvalidInputError"


def test_what_a_selection_will_come_to_is_said_before_it(api: Api, shop: Dataset) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 8, name="mine", limits=LIMITS)
    body = {"method": "ACTIVE_LEARNING", "nSamples": 8, "name": "mine", "limits": [LIMITS[0].to_json()]}
    found = read_outlook(api("POST", f"{api.dataset}/selections/check", 200, body))
    assert found == workflow.check_selection(shop, config)
    assert (found.n_picked, found.tightest) == (4, "at most 2 per folder")
    nobody = {**body, "limits": [{"kind": "at-most", "k": 2, "per": {"kind": "column", "name": "nobody"}}]}
    assert "no column 'nobody'" in api("POST", f"{api.dataset}/selections/check", 400, nobody)["message"]
