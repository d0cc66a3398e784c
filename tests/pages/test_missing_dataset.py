"""A tab whose dataset is gone, and a link to one that never was here."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.store import Dataset, Workspace
from tests.pages.conftest import ROOT, Open
from tests.pages.test_pages import PAGES, button
from tests.patience import PATIENCE

GONE = "not in this workspace"


def pairs(home: Path) -> str:
    with Workspace(home) as workspace:
        return workflow.create_dataset(workspace, "pairs", ["a.png", "b.png"], np.eye(2)).id


def delete(home: Path, dataset_id: str) -> None:
    with Workspace(home) as workspace:
        workspace.delete_dataset(dataset_id)


def warnings(app: AppTest) -> str:
    return " ".join(warning.value for warning in app.warning)


@pytest.mark.parametrize("page", PAGES)
def test_a_tab_whose_dataset_was_deleted_says_so_and_opens_no_other(
    digits: Dataset, home: Path, open_page: Open, page: str
) -> None:
    dataset_id = pairs(home)
    app = open_page(page)
    assert app.session_state["dataset"] == dataset_id
    delete(home, dataset_id)
    app.run()
    assert GONE in warnings(app)
    assert app.sidebar.selectbox[0].value is None
    assert app.session_state["dataset"] == dataset_id


def test_explore_does_nothing_to_another_dataset_when_its_own_was_deleted(
    digits: Dataset, home: Path, open_page: Open
) -> None:
    dataset_id = pairs(home)
    app = open_page("explore")
    delete(home, dataset_id)
    button(app, "New tag").click().run()
    assert GONE in warnings(app)
    assert "explored-1" not in [tag.name for tag in digits.tags()]


def test_a_link_to_an_unknown_dataset_offers_the_others(digits: Dataset, open_page: Open) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    app.query_params["dataset"] = "0123456789ab"
    app.run()
    app.switch_page("../pages/tags.py").run()
    assert GONE in warnings(app)
    assert app.query_params["dataset"] == "0123456789ab"
    button(app, "digits · 1,797 images").click().run()
    assert not app.warning
    assert app.query_params["dataset"] == digits.id
