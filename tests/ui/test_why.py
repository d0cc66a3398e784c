import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.store import Dataset
from tests.patience import PATIENCE


def draw(dataset: "Dataset", selection: "workflow.Selection", row: int) -> None:
    # AppTest runs this function as a script of its own, which has none of the names above.
    from ui.select.why import show_why

    show_why(dataset, selection, row)


@pytest.fixture
def selection(dataset: Dataset) -> workflow.Selection:
    return workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="picked", seed=1))


def captions(dataset: Dataset, selection: workflow.Selection, row: int) -> list[str]:
    app = AppTest.from_function(draw, args=(dataset, selection, row), default_timeout=PATIENCE).run()
    assert not app.exception
    return [caption.value for caption in app.caption]


def test_a_pick_is_shown_with_its_rank_and_the_nearest_before_it(
    dataset: Dataset, selection: workflow.Selection
) -> None:
    pick, nearest = captions(dataset, selection, 5)
    assert pick.startswith("Pick 2 of 2 · adds ")
    # 2 sin(11° / 2).
    assert nearest == "Nearest before it: a.png, 0.192 away."


def test_the_very_first_pick_has_nobody_before_it(dataset: Dataset, selection: workflow.Selection) -> None:
    [pick] = captions(dataset, selection, 0)
    assert pick.startswith("Pick 1 of 2")


def test_a_row_that_no_method_picked_was_drawn_for_testing(dataset: Dataset, selection: workflow.Selection) -> None:
    assert captions(dataset, selection, 3) == ["Drawn at random for testing."]
