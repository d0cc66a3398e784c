"""What Select proposes, refuses and runs."""

import numpy as np
import pytest

from al_core import workflow
from al_core.demos.digits import INITIAL_SELECTION
from al_core.formats import Predictions
from al_core.store import INITIAL_TAG, Dataset, Workspace
from al_core.utils import ObjectDetectionOutput
from tests.pages.conftest import Open, unescaped
from tests.pages.select_page import box, figures, press_run, refusals
from tests.pages.test_pages import button


def test_a_test_share_is_proposed_with_its_reason(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    assert app.slider[0].value == 10
    assert any("4 images drawn at random will tell how good" in caption.value for caption in app.caption)
    assert figures(press_run(app, digits))["For testing"] == "4"
    assert digits.tag("population").size == 1697
    caption = next(caption.value for caption in app.caption if "Accuracy speaks for" in caption.value)
    assert unescaped(caption) == "Accuracy speaks for “population”: 4 of 170 reserved images are in a round so far."


def test_a_reserve_too_small_to_measure_boxes_is_said_before_the_first_round(
    workspace: Workspace, open_page: Open
) -> None:
    angles = np.linspace(0, np.pi, 60)
    names = [f"{row}.png" for row in range(60)]
    embeddings = np.column_stack([np.cos(angles), np.sin(angles)])
    dataset = workflow.create_dataset(workspace, "objects", names, embeddings)
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


def test_the_only_image_of_a_dataset_is_selected(workspace: Workspace, open_page: Open) -> None:
    dataset = workflow.create_dataset(workspace, "one", ["a.png"], np.eye(1))
    app = open_page("select")
    # Of one image no reserve for testing can be set aside.
    assert refusals(app) == []
    press_run(app, dataset)
    assert [tag.size for tag in dataset.tags() if tag.name != INITIAL_TAG] == [1]
