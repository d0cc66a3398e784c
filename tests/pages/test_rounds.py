"""What Rounds shows, proposes and refuses."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.demos.digits import INITIAL_SELECTION, load_digits
from al_core.formats import Labels, Predictions
from al_core.formats.labels.labels import LABEL_CLASS
from al_core.store import Dataset, Workspace
from al_core.types import Rows
from tests.pages.conftest import Open, table_of, unescaped
from tests.pages.test_pages import button
from tests.patience import PATIENCE
from ui import jobs
from ui.rounds.label_errors import relabel_list
from ui.rounds.next_step import next_step
from ui.session import key_of

NAMES = [str(digit) for digit in range(10)]


def truth() -> Rows:
    return load_digits()[1]


def select(dataset: Dataset, number: int) -> workflow.Selection:
    n_samples = len(workflow.labeled_set(dataset)) + 100
    config = SelectionConfig("RANDOM", n_samples, name=f"round {number}", seed=number, test_share=0.2)
    return workflow.run_selection(dataset, config)


def label(dataset: Dataset, rows: Rows) -> None:
    table = np.array([(position, truth()[row]) for position, row in enumerate(rows.tolist())], LABEL_CLASS)
    n = len(rows)
    nan = np.full(n, np.nan)
    sizes = np.full((n, 2), np.nan, np.float32)
    labels = Labels(dataset.filenames(rows), NAMES, "classification", [""] * n, nan, sizes, classes=table)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))


def upload(dataset: Dataset, name: str, accuracy: float) -> None:
    """Store a model that is right on this share of all images, drawn at random."""
    rng = np.random.default_rng(5)
    predicted = np.where(rng.random(len(truth())) < accuracy, truth(), (truth() + 1) % 10)
    outputs = np.full((len(truth()), 10), 0.02, np.float32)
    outputs[np.arange(len(truth())), predicted] = 0.82
    predictions = Predictions(dataset.filenames(), NAMES, outputs)
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name=name)


def texts(app: AppTest) -> str:
    drawn = [*app.markdown, *app.caption, *app.info, *app.success]
    return unescaped("\n".join(element.value for element in drawn))


def test_the_next_step_is_in_view_at_each_stage(digits: Dataset, open_page: Open) -> None:
    digits.delete_tag(digits.tag(INITIAL_SELECTION))
    assert next_step(None).page == "select"
    selection = select(digits, 1)
    app = open_page("rounds")
    assert "“round 1” is a draft: download its 100 images" in texts(app)
    workflow.mark_sent(digits, selection.tag)
    assert "100 images of “round 1” are with labelers" in texts(app.run())
    # Every other page leads here, where labels come back; here a link leads to the other way.
    assert next_step(workflow.rounds(digits)[-1]).page == "rounds"
    assert "Mark as labeled" in [link.proto.label for link in app.get("page_link")]
    label(digits, selection.added_rows[:95])
    step = next_step(workflow.rounds(digits)[-1])
    assert step.page == "predictions"
    assert "95 of 100 labels of “round 1” are back" in texts(app.run())
    upload(digits, "model 1", 0.6)
    assert "“model 1” has been trained after “round 1”" in texts(app.run())


def test_rounds_are_judged_with_intervals_and_a_refused_forecast(digits: Dataset, open_page: Open) -> None:
    for number, accuracy in ((1, 0.6), (2, 0.8)):
        selection = select(digits, number)
        workflow.mark_sent(digits, selection.tag)
        label(digits, selection.added_rows)
        upload(digits, f"model {number}", accuracy)
    app = open_page("rounds")
    table = table_of(app, "Rounds")
    assert table["Round"] == ["3 · round 2", "2 · round 1", f"1 · {INITIAL_SELECTION}"]
    assert table["Labels back"] == ["100 of 100"] * 3
    assert table["Training labels"] == ["260", "180", "100"]
    shown = texts(app)
    assert "Every model is judged on all 40 test labels there are" in shown
    assert "3 rounds; a forecast needs 4" in shown
    assert "Go on: nothing says yet that it is time to stop." in shown
    assert "No price and value of a point are set." in shown
    # What is in the closed box is drawn once somebody opens it.
    assert table_of(app, "Classes") == {}
    app.session_state[f"classes-{selection.tag.id}"] = True
    app.run()
    classes = table_of(app, "Classes")
    assert sum(map(int, classes["Test labels"])) == 40
    assert all(re.search("test labels?; a class needs 10|%", text) for text in classes["Recall"])
    mistakes = table_of(app, "Most frequent mistakes")
    # The model takes a digit for the next one.
    pairs = zip(mistakes["Predicted"], mistakes["Labeled"], strict=True)
    assert {int(predicted) - int(labeled) for predicted, labeled in pairs} <= {1, -9}


def test_target_and_prices_are_saved_and_counted(digits: Dataset, open_page: Open, home: object) -> None:
    app = open_page("rounds")
    next(box for box in app.number_input if box.label == "Target accuracy, %").set_value(85.0)
    next(box for box in app.number_input if box.label == "Price per image").set_value(0.5)
    button(app, "Save").click().run()
    assert "Spent on labels so far: €\u00a050.00." in texts(app)
    with Workspace() as workspace:
        dataset = workspace.dataset(digits.id)
        assert workflow.round_plan(dataset).target == 0.85
        # Another client may write whole numbers.
        dataset.set_round_plan({"target": 1, "price_per_image": 2, "value_per_point": 50})
    assert "Spent on labels so far: €\u00a0200.00." in texts(app.run())


def test_what_is_missing_is_tagged_and_released(digits: Dataset, open_page: Open) -> None:
    selection = select(digits, 1)
    workflow.mark_sent(digits, selection.tag)
    label(digits, selection.added_rows[:95])
    app = open_page("rounds")
    assert "95 of 100 labels are back, 5 are missing." in texts(app)
    button(app, "Tag what is missing").click().run()
    assert digits.tag("round 1 missing").size == 5
    button(app, "Release what is missing").click().run()
    assert workflow.rounds(digits)[-1].state == "released"
    assert "Release what is missing" not in [found.label for found in app.button]


@pytest.mark.usefixtures("digits")
def test_a_dataset_without_a_test_share_says_why_there_is_no_accuracy(open_page: Open) -> None:
    app = open_page("rounds")
    assert "No accuracy yet: no test share was used" in texts(app)


def test_a_batch_of_test_samples_is_selected_as_a_round_of_its_own(digits: Dataset, open_page: Open) -> None:
    selection = select(digits, 1)
    label(digits, selection.added_rows)
    upload(digits, "model 1", 0.95)
    app = open_page("rounds")
    offer = next(found for found in app.button if found.label.startswith("Choose ") and "test sample" in found.label)
    offer.click().run()
    batch = workflow.rounds(digits)[-1]
    assert batch.name == "test batch 1"
    assert len(batch.test_rows) == len(batch.added_rows) > 0
    assert offer.label == f"Choose {len(batch.added_rows)} test samples"


def test_labels_are_brought_back_here(digits: Dataset, open_page: Open) -> None:
    selection = select(digits, 1)
    workflow.mark_sent(digits, selection.tag)
    names = digits.filenames(selection.added_rows)
    lines = [f"{name},{truth()[row]}" for name, row in zip(names, selection.added_rows.tolist(), strict=True)]
    app = open_page("rounds")
    drop = next(upload for upload in app.file_uploader if upload.label == "Bring labels back")
    drop.upload("labels.csv", "\n".join(["filename,label", *lines]).encode(), "text/csv").run()
    button(app, "Store the labels").click().run()
    assert workflow.rounds(digits)[-1].state == "back"
    assert "100 of 100 labels of “round 1” are back" in texts(app)


def test_one_page_leads_from_labels_over_predictions_to_the_next_batch(digits: Dataset, open_page: Open) -> None:
    selection = select(digits, 1)
    app = open_page("rounds")
    assert "Download the list of 100 images" in [each.label for each in app.download_button]
    workflow.mark_sent(digits, selection.tag)
    label(digits, selection.added_rows)
    app.run()
    drop = next(upload for upload in app.file_uploader if upload.label == "Predictions or ready-made scores")
    lines = [f"{name},0.9,0.1" for name in digits.filenames()]
    drop.upload("model.csv", "\n".join(["filename,0,1", *lines]).encode(), "text/csv").run()
    job = jobs.latest(f"store:{digits.id}")
    button(app, "Store and score").click().run()
    assert job is None or job.wait(PATIENCE)
    app.run()
    assert workflow.rounds(digits)[-1].model is not None
    button(app, "Choose the next batch as “round 2”").click().run()
    job = jobs.latest(f"selection:{digits.id}")
    assert job is None or job.wait(PATIENCE)
    newest = workflow.rounds(digits)[-1]
    assert (newest.name, len(newest.added_rows), len(newest.test_rows)) == ("round 2", 100, 20)
    assert "“round 2” is a draft: download its 100 images" in texts(app.run())


def test_what_changed_since_the_last_model_is_counted_and_tagged(digits: Dataset, open_page: Open) -> None:
    selection = select(digits, 1)
    label(digits, selection.added_rows)
    upload(digits, "model 1", 0.9)
    second, first = workflow.models(digits)
    changes = workflow.compare_models(digits, first, second)
    app = open_page("rounds")
    app.session_state[key_of("latest-changes", digits.id)] = True
    shown = texts(app.run())
    share = f"{100 * changes.share:.1f}"
    assert f"{len(changes.rows):,} of 1,797 predictions changed ({share}%)" in shown
    assert f"accuracy on these images moved by at most {share} points" in shown
    button(app, "Tag them").click().run()
    assert digits.tag("changed 1").rows.tolist() == changes.rows.tolist()


def test_label_errors_are_found_by_a_job_and_tagged(
    digits: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = select(digits, 1)
    wrong = selection.added_rows[:4]
    planted = truth().copy()
    planted[wrong] = (planted[wrong] + 5) % 10
    monkeypatch.setattr("tests.pages.test_rounds.truth", lambda: planted)
    label(digits, selection.added_rows)
    found = workflow.label_errors(digits)
    assert len(np.intersect1d(found.likely_rows, wrong)) >= 3
    app = open_page("rounds")
    button(app, "Find label errors").click().run()
    job = jobs.latest(f"label-errors:{digits.id}")
    assert job is None or job.wait(PATIENCE)
    app.run()
    n_likely = len(found.likely_rows)
    assert f"{n_likely} labels of 100 labeled images are probably wrong" in texts(app)
    next(each for each in app.button if each.key == "tag-label-errors").click().run()
    assert digits.tag("relabel 1").size == n_likely
    lines = relabel_list(digits, found).decode().splitlines()
    assert lines[0] == "filename,kind,label,suggested,suspicion,annotators_disagree,judged_by"
    assert len(lines) == 1 + len(found.errors)
