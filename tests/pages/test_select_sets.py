"""What Select chooses from, and what counts as labeled."""

import numpy as np
import pytest

from al_core import workflow
from al_core.demos.digits import INITIAL_SELECTION
from al_core.steps.tags import combine_tags, tag_duplicates, tag_filenames
from al_core.store import INITIAL_TAG, Dataset, TagRole
from tests.pages.conftest import Open, unescaped
from tests.pages.select_page import EVERYTHING, box, figures, labeled, leave_and_return, press_run, select_32
from tests.pages.test_pages import button
from ui.select import sent


def test_select_from_these_goes_on_from_all_that_is_labeled(digits: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    button(app, "Select from these").click().run()
    # The browser follows the link by itself.
    app.switch_page("../pages/select.py").run()
    assert (box(app, "Choose from").value, labeled(app)) == ("explored-1", EVERYTHING)
    assert app.number_input(key="total").value == 132
    assert app.number_input(key="new").value == 32
    assert not button(app, "Run selection").disabled


def test_without_any_selection_nothing_is_labeled_and_a_region_can_be_selected_from(
    digits: Dataset, open_page: Open
) -> None:
    digits.delete_tag(digits.tag(INITIAL_SELECTION))
    app = open_page("explore")
    button(app, "Select from these").click().run()
    # The browser follows the link by itself.
    app.switch_page("../pages/select.py").run()
    assert (box(app, "Choose from").value, labeled(app)) == ("explored-1", EVERYTHING)
    assert figures(press_run(app.switch_page("../pages/select.py").run(), digits))["New"] == "32"


def test_the_query_set_survives_a_visit_to_another_page(digits: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    button(app, "Select from these").click().run()
    assert box(leave_and_return(app), "Choose from").value == "explored-1"


@pytest.mark.parametrize("made_by", ["exploring", "duplicates", "combining", "a list"])
def test_a_tag_without_labels_leaves_the_labeled_set_alone(digits: Dataset, open_page: Open, made_by: str) -> None:
    app = open_page("explore")
    initial = digits.tag(INITIAL_TAG)
    if made_by == "exploring":
        button(app, "New tag").click().run()
    elif made_by == "duplicates":
        tag_duplicates(digits)
    elif made_by == "combining":
        combine_tags(digits, initial, digits.tag(INITIAL_SELECTION), "difference", "rest")
    else:
        tag_filenames(digits, digits.filenames(np.arange(50)), "odd ones")
    assert len(digits.tags()) == 3
    app.switch_page("../pages/select.py").run()
    assert labeled(app) == EVERYTHING
    assert app.number_input(key="total").value == 132


def test_a_draft_may_be_selected_again_and_a_sent_selection_until_it_is_released_may_not(
    digits: Dataset, open_page: Open
) -> None:
    selection = select_32(digits)
    app = open_page("select")
    assert app.number_input(key="total").value == 132
    assert any("32 images of selections that nobody has downloaded" in caption.value for caption in app.caption)
    workflow.mark_sent(digits, selection.tag)
    app.run()
    assert app.number_input(key="total").value == 164
    assert any("32 images of “al-iteration-1” are with labelers" in unescaped(caption.value) for caption in app.caption)
    button(app, "Release").click().run()
    assert app.number_input(key="total").value == 132
    assert "Release" not in [found.label for found in app.button]


def test_a_download_sends_a_selection_and_one_by_a_reader_does_not(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = select_32(digits)
    monkeypatch.setattr(sent, "obstacle", lambda: "You are signed in read-only")
    sent.mark_downloaded(digits, selection.tag)
    assert not digits.tag("al-iteration-1").is_sent
    monkeypatch.setattr(sent, "obstacle", lambda: None)
    sent.mark_downloaded(digits, digits.tag(INITIAL_TAG))
    sent.mark_downloaded(digits, selection.tag)
    assert digits.tag("al-iteration-1").is_sent


def test_a_choice_of_the_labeled_set_survives_new_regions_and_other_pages(digits: Dataset, open_page: Open) -> None:
    digits.create_tag("mine", np.arange(20))
    app = open_page("select")
    box(app, "Already labeled").set_value("mine").run()
    digits.create_tag("region", np.arange(500))
    assert labeled(app.run()) == "mine"
    assert labeled(leave_and_return(app)) == "mine"
    digits.rename_tag(digits.tag("mine"), "renamed")
    assert labeled(app.run()) == "renamed"


def test_a_choice_of_the_labeled_set_ends_with_the_next_labels(digits: Dataset, open_page: Open) -> None:
    digits.create_tag("mine", np.arange(20))
    app = open_page("select")
    box(app, "Already labeled").set_value("mine").run()
    digits.set_tag_role(select_32(digits).tag, TagRole.LABELED)
    assert labeled(app.run()) == EVERYTHING
    assert app.number_input(key="total").value == 164


def test_a_choice_of_the_labeled_set_ends_with_its_tag(digits: Dataset, open_page: Open) -> None:
    mine = digits.create_tag("mine", np.arange(20))
    app = open_page("select")
    box(app, "Already labeled").set_value("mine").run()
    digits.delete_tag(mine)
    assert labeled(app.run()) == EVERYTHING


def test_a_list_is_labeled_unless_the_person_says_otherwise(digits: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    for name, is_labeled in (("elsewhere", True), ("odd ones", False)):
        next(upload for upload in app.file_uploader if upload.label == "Filenames").upload(
            "list.txt", b"digit_0001.png\ndigit_0002.png\n", "text/plain"
        ).run()
        app.text_input(key="filename-list-name").input(name)
        app.checkbox(key="filename-list-labeled").set_value(is_labeled).run()
        button(app, "Create the tag").click().run()
    roles = {tag.name: tag.role for tag in digits.tags()}
    assert (roles["elsewhere"], roles["odd ones"]) == (TagRole.LABELED, TagRole.REGION)
    app.switch_page("../pages/select.py").run()
    assert app.number_input(key="total").value == len(workflow.labeled_set(digits)) + 32


def test_a_region_is_marked_as_labeled_and_back_on_the_tags_page(digits: Dataset, open_page: Open) -> None:
    digits.create_tag("week 29", np.arange(20))
    app = open_page("tags")
    app.toggle[0].set_value(True).run()
    assert digits.tag("week 29").role is TagRole.LABELED
    n_labeled = len(workflow.labeled_set(digits))
    app.switch_page("../pages/select.py").run()
    assert app.number_input(key="total").value == n_labeled + 32
    app.switch_page("../pages/tags.py").run()
    app.toggle[0].set_value(False).run()
    assert digits.tag("week 29").role is TagRole.REGION
    assert app.switch_page("../pages/select.py").run().number_input(key="total").value == 132
    assert n_labeled > 100
