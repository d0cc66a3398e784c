"""One click takes back what was done to models, labels and the plan of the rounds."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.steps.confidence import DEFAULT_CONFIDENCE_THRESHOLD
from al_core.steps.predictions import store_model
from al_core.steps.round_plan import RoundPlan
from al_core.store import Dataset, Kind, Model, Workspace
from tests.pages.conftest import Open
from tests.pages.test_labels import dropped as dropped_labels
from tests.pages.test_pages import button
from tests.pages.test_predictions import dropped
from tests.pages.test_undo import plain_names, says, scored, undo
from ui.session import key_of

TABLE = "filename,cat,dog\n0.png,0.5,0.5\n1.png,1,0\n"
BOXES = json.dumps(
    [
        {"image_id": f"{row}.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": score}
        for row, score in ((0, 0.75), (1, 0.45), (1, 0.3))
    ]
)
LABELS = "filename,label\n0.png,cat\n1.png,dog\n"


def model_names(dataset: Dataset) -> list[str]:
    return [model.name for model in dataset.models.all()]


def test_predictions_are_taken_back_and_the_model_before_them_is_current_again(line: Dataset, open_page: Open) -> None:
    for name in ("first", "second"):
        press(dropped(open_page, **{f"{name}__csv": TABLE.replace("0.5,0.5", f"0.{len(name)},0.{10 - len(name)}")}))
    # Not the newest one, which would become current by itself.
    workflow.make_model_current(line, line.models.get("first"))
    before = plain_names(line)
    app = press(dropped(open_page, third__csv=TABLE))
    assert line.models.get("third").is_current
    undo(app)
    assert plain_names(line) == before
    assert line.models.get("first").is_current


def press(app: AppTest) -> AppTest:
    return button(app, "Store and score").click().run()


def test_no_undo_takes_away_the_same_predictions_that_somebody_else_has_stored_meanwhile(
    line: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store_after_another(*arguments: Any, **options: Any) -> Model:
        store_model(*arguments, **options)
        return store_model(*arguments, **options)

    monkeypatch.setattr("ui.predictions.form.store_model", store_after_another)
    app = press(dropped(open_page, first__csv=TABLE))
    assert "Undo" not in [shown.label for shown in app.button]
    assert model_names(line) == ["first"]


def test_ready_made_scores_are_taken_back_and_those_they_replaced_return(line: Dataset, open_page: Open) -> None:
    scored(line, "first", "loss")
    app = press(dropped(open_page, second__csv="filename,loss\n0.png,0.25\n1.png,1\n"))
    assert plain_names(line) == {"second": {"loss"}, "first": set()}
    undo(app)
    assert plain_names(line) == {"first": {"loss"}}


def boxes_of(open_page: Open) -> AppTest:
    return press(dropped(open_page, results__json=BOXES))


def test_the_threshold_of_stored_boxes_is_taken_back_with_its_scores(line: Dataset, open_page: Open) -> None:
    app = boxes_of(open_page)
    [model] = line.models.all()
    before = scores_of(line)
    app.slider(key=key_of("model-threshold", model.id, f"{DEFAULT_CONFIDENCE_THRESHOLD:g}")).set_value(0.4).run()
    app.button(key=f"rescore-{model.id}").click().run()
    assert line.models.get("results").confidence_threshold == 0.4
    assert scores_of(line) != before
    undo(app)
    assert line.models.get("results").confidence_threshold == DEFAULT_CONFIDENCE_THRESHOLD
    assert scores_of(line) == before
    app.slider(key=key_of("model-threshold", model.id, f"{DEFAULT_CONFIDENCE_THRESHOLD:g}")).set_value(0.4).run()
    app.button(key=f"rescore-{model.id}").click().run()
    workflow.change_threshold(line, line.models.get("results"), 0.6)
    undo(app)
    assert line.models.get("results").confidence_threshold == 0.6
    assert says(app, "It stays: somebody else has changed it since.")


def test_boxes_that_came_again_with_another_threshold_get_the_earlier_one_back(line: Dataset, open_page: Open) -> None:
    boxes_of(open_page)
    before = scores_of(line)
    app = dropped(open_page, results__json=BOXES)
    next(slider for slider in app.slider if slider.label == "Boxes count from a confidence of").set_value(0.4).run()
    press(app)
    assert [model.confidence_threshold for model in line.models.all()] == [0.4]
    undo(app)
    assert [model.confidence_threshold for model in line.models.all()] == [DEFAULT_CONFIDENCE_THRESHOLD]
    assert scores_of(line) == before


def scores_of(dataset: Dataset) -> dict[str, list[float]]:
    return {
        stored.name: np.nan_to_num(dataset.arrays.read(stored), nan=-1).tolist()
        for stored in dataset.arrays.all(Kind.SCORE)
    }


def rename(app: AppTest, model_id: str) -> None:
    app.text_input(f"model-name-{model_id}").set_value("other").run()
    app.button(f"rename-model-{model_id}").click().run()


def delete(app: AppTest, model_id: str) -> None:
    app.button(f"delete-model-{model_id}").click().run()


@pytest.mark.parametrize(("action", "names_after"), [(rename, ["other"]), (delete, [])])
def test_a_name_and_an_end_of_a_model_are_taken_back(
    line: Dataset, open_page: Open, action: Callable[[AppTest, str], None], names_after: list[str]
) -> None:
    model = scored(line, "first", "loss")
    app = open_page("predictions")
    action(app, model.id)
    assert model_names(line) == names_after
    undo(app)
    assert plain_names(line) == {"first": {"loss"}}


def test_a_model_that_was_restored_is_deleted_again(line: Dataset, open_page: Open) -> None:
    workflow.delete_model(line, scored(line, "first", "loss"))
    app = open_page("predictions")
    app.button(key="restore-model").click().run()
    assert model_names(line) == ["first"]
    undo(app)
    assert model_names(line) == []


def label_names(dataset: Dataset) -> list[str]:
    return [labels.name for labels in workflow.label_sets(dataset)]


def test_labels_are_taken_back_with_their_tag_and_come_back_and_go_again(line: Dataset, open_page: Open) -> None:
    app = dropped_labels(open_page, week__csv=LABELS)
    app.text_input(key="labels-name").input("week 29").run()
    button(app, "Store the labels").click().run()
    assert label_names(line) == ["week 29"]
    undo(app)
    assert label_names(line) == []
    assert line.find_tag("week 29") is None
    app.button(key="restore-labels").click().run()
    assert label_names(line) == ["week 29"]
    undo(app)
    assert label_names(line) == []


def test_labels_that_were_deleted_come_back_with_their_tag(line: Dataset, open_page: Open) -> None:
    app = dropped_labels(open_page, week__csv=LABELS)
    app.text_input(key="labels-name").input("week 29").run()
    button(app, "Store the labels").click().run()
    [stored] = workflow.label_sets(line)
    app.button(key=f"delete-labels-{stored.id}").click().run()
    assert label_names(line) == []
    undo(app)
    assert label_names(line) == ["week 29"]
    assert line.tag("week 29").rows.tolist() == [0, 1]


def target(dataset: Dataset) -> float:
    with Workspace() as workspace:
        return workflow.round_plan(workspace.dataset(dataset.id)).target


def test_target_and_prices_are_taken_back(digits: Dataset, open_page: Open) -> None:
    before = target(digits)
    app = open_page("rounds")
    next(box for box in app.number_input if box.label == "Target accuracy, %").set_value(85.0)
    button(app, "Save").click().run()
    assert target(digits) == 0.85
    undo(app)
    assert target(digits) == before
    next(box for box in app.number_input if box.label == "Target accuracy, %").set_value(85.0)
    button(app, "Save").click().run()
    with Workspace() as workspace:
        workflow.save_round_plan(workspace.dataset(digits.id), RoundPlan(0.7))
    undo(app)
    assert target(digits) == 0.7
    assert says(app, "It stays: somebody else has changed it since.")
