"""Two people have one dataset open; what one of them does is told to the other."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.store import Dataset, Workspace
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button, field


@pytest.fixture
def pairs(workspace: Workspace) -> Dataset:
    dataset = workflow.create_dataset(workspace, "pairs", ["a.png", "b.png", "c.png"], np.eye(3))
    dataset.create_tag("some", np.array([0, 1]))
    return dataset


def told(app: AppTest) -> str:
    """What the page says about changes by workspace."""
    line = next(element for element in app.get("bidi_component") if element.key == "changes")
    content: dict[str, str] = json.loads(line.proto.json)
    return content["text"].partition("others ")[2]


def test_a_page_says_what_somebody_else_has_done_since_it_was_drawn(pairs: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    assert told(app) == ""
    pairs.create_tag("batch-3", np.array([0]))
    assert told(app.run()) == "stored the tag “batch-3”."


@pytest.mark.parametrize("page", ["datasets", "predictions", "select", "rounds"])
def test_every_page_says_it(pairs: Dataset, open_page: Open, page: str) -> None:
    app = open_page(page)
    pairs.create_tag("batch-3", np.array([0]))
    assert told(app.run()) == "stored the tag “batch-3”."
    # It is said until somebody has read it, on whatever page they are by then.
    assert told(app.switch_page("../pages/tags.py").run()) == "stored the tag “batch-3”."


def test_what_a_person_does_is_told_to_the_others_only(pairs: Dataset, open_page: Open) -> None:
    app, other = open_page("tags"), open_page("tags")
    field(other, "Name of the result").input("mine").run()
    button(other, "Create tag").click().run()
    assert told(other) == ""
    assert told(app.run()) == "stored the tag “mine”."


def test_a_dataset_that_somebody_else_renamed_stays_open(pairs: Dataset, workspace: Workspace, open_page: Open) -> None:
    app = open_page("tags")
    workspace.dataset("pairs").rename("couples")
    app.run()
    assert told(app) == "renamed the dataset “pairs” to “couples”."
    assert app.sidebar.selectbox[0].value == pairs.id


def test_a_dataset_that_somebody_else_deleted_is_brought_back_where_one_is(
    pairs: Dataset, workspace: Workspace, open_page: Open
) -> None:
    app = open_page("select")
    workspace.delete_dataset("pairs")
    app.run()
    assert "“pairs”, the dataset of this page, is not in this workspace any more: it was deleted on" in unescaped(
        app.warning[0].value
    )
    button(app, "Bring it back").click().run()
    assert not app.warning
    assert app.session_state["dataset"] == pairs.id
    assert told(app) == ""
