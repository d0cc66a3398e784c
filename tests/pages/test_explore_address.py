"""The address of Explore holds what the page shows."""

from collections import defaultdict
from dataclasses import replace

from streamlit.testing.v1 import AppTest

from al_core.explore.address import Outline, View, read_view
from al_core.explore.filters import Filters, Range
from al_core.store import Dataset, Workspace
from tests.pages.conftest import ROOT, Open
from tests.pages.explore_page import MARGIN, count, ringed, sent_to
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from ui.images import PAGE_SIZE
from ui.session import Key


def test_an_address_brings_back_colors_filters_rings_and_page(open_page: Open, pairs: Dataset) -> None:
    wanted = View(
        "tag",
        highlight="checked",
        filters=Filters({MARGIN: Range(low=0.3)}, classes=("dog",)),
        map="PCA",
        outline=Outline("PCA default", ((-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0))),
    )
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    for name, value in wanted.parameters():
        app.query_params[name] = value
    app.switch_page("../pages/explore.py").run()
    assert app.selectbox[0].value == "tag"
    assert ringed(app).value == pairs.tag("checked").id
    assert count(app) == "1 of 4 images"
    assert written_view(app) == wanted
    button(app, "drawn on the map").click().run()
    assert count(app) == "1 of 4 images"
    app.selectbox[0].set_value("width").run()
    assert written_view(app) == replace(wanted, color="width", map=None, outline=None)


def test_an_address_counts_once_and_not_over_what_was_changed_since(open_page: Open, pairs: Dataset) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    app.query_params["class"] = "cat"
    app.switch_page("../pages/explore.py").run()
    button(app, "Clear all").click().run()
    app.run()
    assert count(app) == "4 of 4 images"
    app.switch_page("../pages/tags.py").run()
    app.query_params["class"] = "dog"
    app.switch_page("../pages/explore.py").run()
    assert count(app) == "1 of 4 images"


def test_an_address_of_what_is_no_longer_there_shows_all_images(open_page: Open, pairs: Dataset) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    for name, value in (
        ("color", "gone"),
        ("tag", "gone"),
        ("highlight", "gone"),
        ("range", '["gone",1,2]'),
        ("page", "99"),
    ):
        app.query_params[name] = value
    app.switch_page("../pages/explore.py").run()
    assert count(app) == "4 of 4 images"
    assert app.selectbox[0].value == MARGIN
    assert chosen_highlight_of(app, pairs) is None


def test_an_address_opens_a_page_of_the_images_if_there_are_as_many(workspace: Workspace, open_page: Open) -> None:
    many = workspace.create_dataset("many", [f"{number}.png" for number in range(2 * PAGE_SIZE + 10)])
    for page, first_row in ((3, 2 * PAGE_SIZE), (99, 0)):
        app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
        app.query_params["dataset"] = many.id
        app.query_params["page"] = str(page)
        app.switch_page("../pages/explore.py").run()
        assert sent_to(app, "image_grid")["rows"][0] == first_row


def written_view(app: AppTest) -> View | None:
    """The view that the page has the browser write into the address."""
    parameters: dict[str, list[str]] = defaultdict(list)
    for name, value in sent_to(app, "address")["parameters"]:
        parameters[name].append(value)
    return read_view(parameters)


def chosen_highlight_of(app: AppTest, dataset: Dataset) -> str | None:
    ringed_now: dict[str, str] = app.session_state[Key.RINGED]
    return ringed_now.get(dataset.id)
