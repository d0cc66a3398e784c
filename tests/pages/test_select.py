"""What Select proposes, refuses and shows."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from al_core import workflow
from al_core.config import LIMITS, PREDICTED_CLASS, AtMost, Between, Exclude, Pattern, Quota, SelectionConfig
from al_core.demos.digits import INITIAL_SELECTION
from al_core.formats import Predictions
from al_core.steps.selections import SelectionRequest
from al_core.steps.stored_pool import draw_of
from al_core.steps.tags import combine_tags, tag_duplicates, tag_filenames
from al_core.store import INITIAL_TAG, Dataset, TagRole, Workspace
from al_core.types import Rows
from al_core.utils import ObjectDetectionOutput
from tests.pages.conftest import Open, unescaped
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from ui import jobs
from ui.select import sent


def box(app: AppTest, label: str) -> Selectbox[str]:
    return next(found for found in app.selectbox if found.label == label)


EVERYTHING = ""
"""The choice that stands for all that is labeled."""


def labeled(app: AppTest) -> str:
    return str(box(app, "Already labeled").value)


def press_run(app: AppTest, dataset: Dataset) -> AppTest:
    button(app, "Run selection").click().run()
    job = jobs.latest(f"selection:{dataset.id}")
    assert job is None or job.wait(PATIENCE)
    return app.run()


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.subheader]


def refusals(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def leave_and_return(app: AppTest) -> AppTest:
    app.switch_page("../pages/tags.py").run()
    return app.switch_page("../pages/select.py").run()


def select_32(dataset: Dataset, name: str = "al-iteration-1") -> workflow.Selection:
    config = SelectionConfig("RANDOM", 132, name=name, score_name="uncertainty_margin", seed=1)
    return workflow.run_selection(dataset, config, labeled_tag=dataset.tag(INITIAL_SELECTION))


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


def test_a_test_share_is_proposed_with_its_reason(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    assert app.slider[0].value == 10
    assert any("4 images drawn at random will tell how good" in caption.value for caption in app.caption)
    assert figures(press_run(app, digits))["For testing"] == "4"
    assert digits.tag("population").size == 1697
    caption = next(caption.value for caption in app.caption if "Accuracy speaks for" in caption.value)
    assert unescaped(caption) == "Accuracy speaks for “population”: 4 of 170 reserved images are in a round so far."


def test_a_reserve_too_small_to_measure_boxes_is_said_before_the_first_round(home: Path, open_page: Open) -> None:
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with Workspace(home) as workspace:
        angles = np.linspace(0, np.pi, 60)
        names = [f"{row}.png" for row in range(60)]
        workflow.create_dataset(workspace, "objects", names, np.column_stack([np.cos(angles), np.sin(angles)]))
        dataset = workspace.dataset("objects")
        output = ObjectDetectionOutput(np.array([[0.1, 0.1, 0.5, 0.5]]), [0.9], [[0.9, 0.1]])
        predictions = Predictions(names, ["cat", "dog"], [output] * 60, "object-detection")
        workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions))
    app = open_page("select")
    said = "mAP is shown from 30 test images on, and a tenth of 60 images, from which they are drawn, is 6."
    assert any(said in caption.value for caption in app.caption)
    app.slider[0].set_value(0).run()
    assert not any("test images on" in caption.value for caption in app.caption)


def test_without_a_test_share_none_is_set_aside(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.slider[0].set_value(0).run()
    assert "For testing" not in figures(press_run(app, digits))
    assert not digits.has_tag("population")


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


def test_the_number_asked_for_returns_when_there_are_enough_samples_again(digits: Dataset, open_page: Open) -> None:
    digits.create_tag("everything", np.arange(1797))
    app = open_page("select")
    app.number_input(key="new").set_value(45).run()
    box(app, "Already labeled").set_value("everything").run()
    assert app.number_input(key="new").value == 0
    assert (
        button(app, "Run selection").help == "All images in “initial-tag” are already labeled. Choose a different set."
    )
    box(app, "Already labeled").set_value(INITIAL_SELECTION).run()
    assert (app.number_input(key="new").value, app.number_input(key="total").value) == (45, 145)


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


def test_a_selection_that_is_deleted_is_no_longer_shown(digits: Dataset, open_page: Open) -> None:
    app = press_run(open_page("select"), digits)
    assert "al-iteration-1" in headings(app)
    app.switch_page("../pages/tags.py").run()
    digits.delete_tag(digits.tag("al-iteration-1"))
    app.switch_page("../pages/select.py").run()
    assert headings(app) == [INITIAL_SELECTION]


def test_replaced_scores_are_reported_and_distinguished_from_those_of_the_selection(
    digits: Dataset, open_page: Open
) -> None:
    app = press_run(open_page("select"), digits)
    before = figures(app)["Mean score"]
    workflow.store_scores(digits, np.arange(1797), {"uncertainty_margin": np.full(1797, 0.25)})
    app.run()
    assert any(
        "score 'uncertainty_margin' has been replaced since" in unescaped(warning.value) for warning in app.warning
    )
    assert "Mean score" not in figures(app)
    assert (figures(app)["Mean score when selected"], figures(app)["Mean score now"]) == (before, "0.250")


def test_after_a_selection_was_handed_out_new_scores_are_the_way_of_every_round(
    digits: Dataset, open_page: Open
) -> None:
    app = press_run(open_page("select"), digits)
    before = figures(app)["Mean score"]
    workflow.mark_sent(digits, digits.tag("al-iteration-1"))
    workflow.store_scores(digits, np.arange(1797), {"uncertainty_margin": np.full(1797, 0.25)})
    app.run()
    assert not any("replaced since" in unescaped(warning.value) for warning in app.warning)
    assert figures(app)["Mean score"] == before


@pytest.mark.parametrize(
    ("key", "number", "sentence"),
    [
        ("new", 5000, "5,000 new images are more than the 1,697 left"),
        ("new", -3, "Ask for at least one new image"),
        ("total", 20, "100 are already labeled, so the total is at least 101"),
        ("seed", -1, "The seed is a whole number from 0"),
    ],
)
def test_a_number_out_of_range_is_refused_and_nothing_runs(
    digits: Dataset, open_page: Open, key: str, number: int, sentence: str
) -> None:
    app = open_page("select")
    app.number_input(key=key).set_value(number).run()
    assert app.number_input(key=key).value == number
    assert any(sentence in refusal for refusal in refusals(app))
    press_run(app, digits)
    assert any(sentence in refusal for refusal in refusals(app))
    assert [tag.name for tag in digits.tags()] == [INITIAL_SELECTION, INITIAL_TAG]


def test_a_number_that_was_refused_runs_once_it_is_corrected(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.number_input(key="new").set_value(5000).run()
    app.number_input(key="new").set_value(7).run()
    assert not refusals(app)
    assert press_run(app, digits).metric[0].value == "7"


def test_a_selection_is_shown_against_random_and_never_called_better(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    said = "\n".join(caption.value for caption in app.caption)
    assert "RANDOM" in said
    assert "of the picks nearly repeat another" in said
    assert "better" not in said
    assert [expander.label for expander in app.expander][-1] == "More figures"


def test_select_says_when_nothing_tells_whether_the_score_ranks(digits: Dataset, open_page: Open) -> None:
    said = [unescaped(caption.value) for caption in open_page("select").caption]
    assert any("Whether the score ranks is unknown: no test share was used" in caption for caption in said)


def test_earlier_selections_are_shown_with_their_dates(digits: Dataset, open_page: Open) -> None:
    select_32(digits, "first")
    select_32(digits, "second")
    app = open_page("select")
    history = box(app, "Selection")
    assert [option.partition(" · ")[0] for option in history.options] == ["second", "first", INITIAL_SELECTION]
    assert headings(app) == ["second"]
    history.set_value(digits.tag("first").id).run()
    assert headings(app) == ["first"]


def test_a_selection_says_what_its_limits_cost_and_what_it_holds_of_each_class(
    digits: Dataset, open_page: Open
) -> None:
    limits = [Quota(PREDICTED_CLASS, {"3": (0, 2)}), Between("uncertainty_margin", 0.5)]
    config = SelectionConfig("ACTIVE_LEARNING", 132, name="limited", seed=1, limits=limits)
    workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    app = open_page("select")
    said = [unescaped(caption.value) for caption in app.caption]
    assert any(text.startswith("Predicted class: 3 at most 2: covers ") for text in said)
    assert "Predicted classes" in [expander.label for expander in app.expander]


@pytest.mark.parametrize(("limits", "n_draws"), [([], 0), ([AtMost(20, per=Pattern("digit_{}??.png"))], 20)])
def test_random_draws_once_more_only_where_groups_are_to_be_counted(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch, limits: list[AtMost], n_draws: int
) -> None:
    config = SelectionConfig("ACTIVE_LEARNING", 110, name="mine", seed=1, limits=limits)
    selection = workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    workflow.selection_card(digits, selection)
    seeds = []

    def draw_and_count(request: SelectionRequest, n_rows: int, seed: int) -> Rows:
        seeds.append(seed)
        return draw_of(request, n_rows, seed)

    monkeypatch.setattr("al_core.steps.limit_costs.draw_of", draw_and_count)
    monkeypatch.setattr("al_core.steps.stored_pool.draw_of", draw_and_count)
    app = open_page("select")
    assert len(seeds) == n_draws
    assert ("Images by “digit_{}??.png”" in [unescaped(expander.label) for expander in app.expander]) == bool(n_draws)


def test_settings_of_a_newer_version_are_shown_and_not_repeated(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = SelectionConfig("RANDOM", 132, name="from tomorrow", limits=[Exclude("duplicates")])
    workflow.run_selection(digits, config, labeled_tag=digits.tag(INITIAL_SELECTION))
    # As if this version had no such limit.
    monkeypatch.delitem(LIMITS, "exclude")
    app = open_page("select")
    assert headings(app) == ["from tomorrow"]
    assert any("cannot be repeated" in info.value for info in app.info)


def test_the_only_image_of_a_dataset_is_selected(home: Path, open_page: Open) -> None:
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with Workspace(home) as workspace:
        dataset = workflow.create_dataset(workspace, "one", ["a.png"], np.eye(1))
        app = open_page("select")
        # Of one image no reserve for testing can be set aside.
        assert refusals(app) == []
        press_run(app, dataset)
        assert [tag.size for tag in dataset.tags() if tag.name != INITIAL_TAG] == [1]
