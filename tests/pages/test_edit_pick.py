"""Editing the pick on Select."""

from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.demos.digits import INITIAL_SELECTION
from al_core.steps.selections import selection_of
from al_core.store import Dataset
from tests.pages.test_pages import button
from tests.patience import PATIENCE


def page() -> None:
    from al_core import workflow
    from ui import state
    from ui.select.edits import edit_buttons, show_edits

    dataset = state.require_dataset()
    selection = workflow.read_selection(dataset, dataset.tag("mine"))
    assert selection
    show_edits(dataset, selection)
    for row in selection.added_rows[:2].tolist():
        edit_buttons(dataset, selection, row)


def test_an_image_is_left_out_another_swapped_and_all_can_be_undone(digits: Dataset) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 105, name="mine", seed=1)
    pick = workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    first, second, *rest = pick.added_rows.tolist()
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    app.button(key=f"leave-out-{first}").click().run()
    app.button(key=f"swap-{second}").click().run()
    assert any("1 image left out and 1 image swapped" in caption.value for caption in app.caption)
    button(app, "Undo").click().run()
    assert any("1 image left out." in caption.value for caption in app.caption)
    button(app, "Store the edited selection").click().run()
    assert selection_of(digits, digits.tag("mine-edited-1")).added_rows.tolist() == [second, *rest]
    assert not any(found.label == "Undo" for found in app.button)
