"""Every goal and limit from the page, over HTTP, in a shell, by a round file and by its Python code: the same rows."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_camel
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.commands.main import main
from al_core.config import GOALS, LIMITS
from al_core.steps.selections import selection_of
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, Workspace
from tests.api.calls import Api, wait
from tests.api.conftest import api_server
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from tests.steps.shop import make_shop
from ui import jobs
from ui.select.editor import REMOVE
from ui.select.goal_forms import GOAL_FORMS
from ui.select.limit_forms import LIMIT_FORMS


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


def test_the_page_has_a_form_for_every_goal_and_limit() -> None:
    assert GOAL_FORMS.keys() == GOALS.keys()
    assert LIMIT_FORMS.keys() == LIMITS.keys()


def added_on_the_page(app: AppTest, kind: str) -> AppTest:
    app.button(key=f"add-{kind}").click().run()
    if kind == "quota":
        app.multiselect[0].set_value(["dog"]).run()
    if kind == "at-most":
        next(box for box in app.selectbox if box.label == "Per").set_value("folder").run()
    return app


def without_tests(app: AppTest) -> None:
    next(slider for slider in app.slider if slider.label == "Test share").set_value(0).run()


def run_on_the_page(app: AppTest, dataset: Dataset) -> workflow.Selection:
    app.number_input(key="seed").set_value(1).run()
    app.number_input(key="new").set_value(3).run()
    without_tests(app)
    button(app, "Run selection").click().run()
    job = jobs.latest(f"selection:{dataset.id}")
    assert job is not None
    assert job.wait(PATIENCE)
    assert not job.error
    selection = workflow.read_selection(dataset, dataset.tag("al-iteration-1"))
    assert selection is not None
    return selection


def in_a_shell(capsys: pytest.CaptureFixture[str], workspace: Workspace, *arguments: str) -> list[str]:
    capsys.readouterr()
    assert main([*arguments, "--json", "--workspace", str(workspace.home)]) == 0
    added: list[str] = json.loads(capsys.readouterr().out)["added"]
    return added


def over_http(workspace: Workspace, dataset: Dataset, settings: dict[str, Any]) -> list[str]:
    body = {to_camel(name): value for name, value in settings.items()} | {"name": "over HTTP", "followsRounds": True}
    with api_server(workspace) as address:
        api = Api(address, dataset.id)
        ended = wait(api, api("POST", f"{api.dataset}/selections", 201, body)["jobId"])
    assert ended["status"] == "FINISHED", ended["error"]
    tag = dataset.tag("over HTTP")
    assert tag.id == ended["result"]["data"]
    return dataset.filenames(selection_of(dataset, tag).added_rows)


@pytest.mark.parametrize("kind", [*GOALS, *LIMITS])
def test_a_goal_or_limit_selects_the_same_from_everywhere(
    shop: Dataset, open_page: Open, capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    here = run_on_the_page(added_on_the_page(open_page("select"), kind), shop)
    assert [record.kind for record in (*here.config.goals, *here.config.limits)] == [kind]
    names = shop.filenames(here.added_rows)
    assert names
    with Workspace(tmp_path) as workspace:
        settings: dict[str, Any] = json.loads(json.dumps(here.config.to_json()))
        del settings["name"]
        file = tmp_path / "settings.json"
        file.write_text(json.dumps(settings))
        assert over_http(workspace, shop, settings) == names
        by_command = ("select", "--dataset", "shop", "--name", "by command", "--config", str(file))
        assert in_a_shell(capsys, workspace, *by_command) == names
        round_file = tmp_path / "round.yaml"
        round_file.write_text(yaml.safe_dump({"dataset": "shop", "name": "by file", "selection": settings}))
        assert main(["run", str(round_file), "--workspace", str(workspace.home)]) == 0
        assert shop.filenames(selection_of(shop, shop.tag("by file")).added_rows) == names
    variables: dict[str, Any] = {}
    exec(selection_code(shop, here), variables)
    assert sorted(variables["added_set"]) == sorted(names)


def test_a_budget_alone_selects_what_it_pays_for(shop: Dataset, open_page: Open) -> None:
    app = open_page("select")
    choice = next(box for box in app.selectbox if box.label == "Counted in")
    choice.set_value("money").run()
    next(field for field in app.number_input if field.label == "At most").set_value(1.0).run()
    next(field for field in app.number_input if field.label == "Per image").set_value(0.3).run()
    next(toggle for toggle in app.toggle if toggle.label == "As many as it pays for").set_value(True).run()
    without_tests(app)
    said = [unescaped(caption.value) for caption in app.caption]
    assert any("Adds at most 3 images" in text and "Expected bill: about €0.9 of €1" in text for text in said)
    button(app, "Run selection").click().run()
    job = jobs.latest(f"selection:{shop.id}")
    assert job is not None
    assert job.wait(PATIENCE)
    assert len(selection_of(shop, shop.tag("al-iteration-1")).added_rows) == 3


def test_that_nothing_would_be_added_is_said_before_and_nothing_runs(shop: Dataset, open_page: Open) -> None:
    app = added_on_the_page(open_page("select"), "between")
    without_tests(app)
    next(field for field in app.number_input if field.label == "At least").set_value(100.0).run()
    assert any("No image would be added" in error.value for error in app.error)
    button(app, "Run selection").click().run()
    assert jobs.latest(f"selection:{shop.id}") is None


def test_what_is_not_complete_is_named(shop: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.button(key="add-quota").click().run()
    assert any("The limit “So many of each group” is not complete" in error.value for error in app.error)
    button(app, REMOVE).click().run()
    assert not app.error


def test_a_purpose_fills_the_form_and_outlives_a_visit_to_another_page(shop: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.button_group[0].set_value("find rare classes").run()
    assert button(app, REMOVE)
    app.switch_page("../pages/tags.py").run()
    app.switch_page("../pages/select.py").run()
    assert app.button_group[0].value == "find rare classes"


def test_groups_are_previewed(shop: Dataset, open_page: Open) -> None:
    app = added_on_the_page(open_page("select"), "at-most")
    assert any(
        "2 groups, 4 images each, at most 3 of each: day, night" in unescaped(caption.value) for caption in app.caption
    )
