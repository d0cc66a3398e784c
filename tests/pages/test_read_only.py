"""Somebody whose token may only read sees every page; nothing on it changes anything."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from al_core.api.server.door.visitor import Visitor
from al_core.store import Dataset, Workspace
from tests.pages.conftest import Open
from tests.store.test_read_only import contents, records
from ui.select.editor import FORMS
from ui.visitor import READ_ONLY

PAGES = ["datasets", "predictions", "explore", "select", "compare", "rounds", "tags"]
HARMLESS = {"Open", "Calculate", "Close"}
"""What buttons do that somebody who only looks may press."""
FILLING = {form.title for forms in FORMS.values() for form in forms.values()}
"""Buttons that fill a form, which only its own button sends."""


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(is_here=False, may_write=False, token_name="viewer")


def active_buttons(app: AppTest) -> set[str]:
    return {button.label for button in app.button if not button.disabled}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_shown_and_none_of_its_buttons_changes_anything(
    home: Path, digits: Dataset, open_page: Open, page: str
) -> None:
    with Workspace(home) as workspace:
        before, files = records(workspace), contents(workspace)
        app = open_page(page)
        assert (records(workspace), contents(workspace)) == (before, files)
    assert not app.error
    assert active_buttons(app) <= HARMLESS | FILLING | {"✕", "Clear all"}, active_buttons(app)
    assert any(READ_ONLY in caption.value for caption in app.sidebar.caption)


class TestFromElsewhere:
    """Somebody at another machine who may change datasets, but not name paths or servers of this machine."""

    @pytest.fixture
    def visitor(self) -> Visitor:
        return Visitor(is_here=False, token_name="ci")

    @pytest.mark.parametrize("page", PAGES)
    def test_no_page_asks_for_a_path(self, digits: Dataset, open_page: Open, page: str) -> None:
        app = open_page(page)
        fields = [field.label for field in app.text_input if "path" in field.label.lower() or "older" in field.label]
        assert [field for field in fields if field != "New or empty folder"] == []
