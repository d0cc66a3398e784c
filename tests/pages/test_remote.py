from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from al_core.remote import RemoteWorkspace
from al_core.store import Dataset, Workspace
from tests.api.conftest import api_server
from tests.pages.conftest import ROOT, unescaped
from tests.patience import PATIENCE


@pytest.fixture
def remote(digits: Dataset, tmp_path: Path) -> Iterator[RemoteWorkspace]:
    """The demo as a server has it."""
    with Workspace(tmp_path) as workspace, api_server(workspace) as address:
        yield RemoteWorkspace(address, None, tmp_path / "cache")


@pytest.fixture
def app(remote: RemoteWorkspace) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    app.session_state["remote-workspace"] = remote
    app.run()
    return app.switch_page("../pages/datasets.py").run()


def test_every_page_shows_a_dataset_of_the_server(app: AppTest, remote: RemoteWorkspace) -> None:
    for name in ("predictions", "explore", "select", "compare", "rounds", "tags"):
        app.switch_page(f"../pages/{name}.py").run()
        assert any(text.value.startswith("digits · ") for text in app.caption) or name == "explore"
        assert remote.server.removeprefix("http://") in unescaped(app.sidebar.markdown[0].value)


def test_what_the_server_cannot_do_is_disabled_with_the_reason(app: AppTest) -> None:
    [menu] = app.get("menu_button")
    folder = next(field for field in app.text_input if field.label.startswith("Folder with the images"))
    assert list(menu.proto.options) == ["Delete"]
    assert folder.disabled
    assert folder.help == "The server cannot read folders on this machine"
    assert any("al-core embed FOLDER" in info.value for info in app.info)


def test_leaving_forgets_the_server(app: AppTest) -> None:
    next(button for button in app.sidebar.button if button.label == "Back to this machine").click().run()
    assert "remote-workspace" not in app.session_state
    assert app.caption[0].value.endswith("Everything stays on this machine.")


def test_a_server_that_does_not_answer_is_explained(digits: Dataset) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE).run()
    app.switch_page("../pages/datasets.py").run()
    next(field for field in app.text_input if field.label == "Address of the server").input("http://127.0.0.1:1")
    next(button for button in app.button if button.label == "Open its workspace").click().run()
    assert "127.0.0.1:1 does not answer" in unescaped(app.error[0].value)
    assert "remote-workspace" not in app.session_state
