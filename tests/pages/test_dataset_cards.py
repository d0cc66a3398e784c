from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.store import Dataset, Workspace
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button
from ui.datasets.listing import thumbnails_html
from ui.datasets.new import MOST_UNFOLDED


def opened_menu(app: AppTest, dataset_id: str, option: str) -> None:
    next(menu for menu in app.menu_button if menu.key == f"menu-{dataset_id}").click(option)


def choose(app: AppTest, dataset_id: str, option: str) -> AppTest:
    opened_menu(app, dataset_id, option)
    return app.run()


def press_in_dialog(app: AppTest, label: str, dataset_id: str, option: str) -> None:
    # AppTest reruns the whole page, on which a dialog is open only while its menu says so.
    opened_menu(app, dataset_id, option)
    button(app, label).click().run()


def texts(app: AppTest) -> str:
    return unescaped(" ".join(element.value for element in [*app.markdown, *app.caption]))


def test_a_card_says_what_a_dataset_is_and_where_it_stands(digits: Dataset, open_page: Open) -> None:
    shown = texts(open_page("datasets"))
    for text in ("1,797 images · Classification", "pixels (64-d)", "Next: select", "predictions “logistic-regression"):
        assert text in shown


def test_a_card_shows_four_images_spread_over_the_dataset(digits: Dataset) -> None:
    html = thumbnails_html(digits)
    assert [f"/{row}&quot;" in html or f'/{row}"' in html for row in (0, 598, 1197, 1796)] == [True] * 4
    assert "<img" not in thumbnails_html_of_nothing(digits)


def thumbnails_html_of_nothing(dataset: Dataset) -> str:
    dataset.n_samples = 0
    return thumbnails_html(dataset)


def test_a_deleted_dataset_comes_back_on_one_click(digits: Dataset, home: Path, open_page: Open) -> None:
    app = choose(open_page("datasets"), digits.id, "Delete")
    press_in_dialog(app, "Delete it", digits.id, "Delete")
    with Workspace(home) as workspace:
        assert workspace.datasets() == []
        assert "Deleted the dataset “digits”." in texts(app)
        button(app, "Undo").click().run()
        assert [dataset.id for dataset in workspace.datasets()] == [digits.id]
    assert "Deleted the dataset" not in texts(app)


def test_what_another_session_deleted_is_listed_until_it_is_gone_for_good(
    digits: Dataset, home: Path, open_page: Open
) -> None:
    with Workspace(home) as workspace:
        pairs = workflow.create_dataset(workspace, "pairs", ["a.png", "b.png"], np.eye(2))
        workspace.delete_dataset("pairs")
        app = open_page("datasets")
        button(app, "Restore").click().run()
        assert workspace.dataset("pairs").id == pairs.id


def test_a_deleted_tag_comes_back_on_any_page(digits: Dataset, open_page: Open) -> None:
    digits.create_tag("blurred", np.arange(3))
    app = open_page("tags")
    button(app, "Delete it").click().run()
    assert digits.find_tag("blurred") is None
    app.switch_page("../pages/explore.py").run()
    button(app, "Undo").click().run()
    assert digits.tag("blurred").rows.tolist() == [0, 1, 2]


def test_a_dataset_is_renamed_in_its_menu(digits: Dataset, home: Path, open_page: Open) -> None:
    app = choose(open_page("datasets"), digits.id, "Rename")
    app.text_input(key="dataset-name").input("numbers")
    press_in_dialog(app, "Rename it", digits.id, "Rename")
    with Workspace(home) as workspace:
        assert workspace.dataset("numbers").id == digits.id


def expanders(app: AppTest) -> list[str]:
    return [unescaped(found.label) for found in app.expander]


def test_forms_are_folded_up_where_cards_fill_the_window(digits: Dataset, home: Path, open_page: Open) -> None:
    app = open_page("datasets")
    assert "New dataset" in [heading.value for heading in app.subheader]
    with Workspace(home) as workspace:
        for number in range(MOST_UNFOLDED):
            workspace.create_dataset(f"other {number}", ["a.png"])
        # Not under the hands of somebody who is at it.
        assert "New dataset" not in expanders(app.run())
        app = open_page("datasets")
    folded = {found.label: found.proto.expanded for found in app.expander}
    assert folded["New dataset"] is False
    assert "Metadata of other 5" in expanders(app)
    app.text_input(key="new-name-0").input("cats")
    button(app, "Create dataset").click().run()
    assert "There are no embeddings yet: drop a file above" in unescaped(app.error[0].value)
