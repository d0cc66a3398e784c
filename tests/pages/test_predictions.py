import json
import os
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.formats.choices import Missing
from al_core.steps.confidence import DEFAULT_CONFIDENCE_THRESHOLD
from al_core.store import Dataset, Kind
from tests.pages.conftest import Open
from tests.patience import PATIENCE
from ui import jobs
from ui.predictions import source
from ui.session import key_of

LOGITS = "filename,cat,dog\ndigit_0000.png,-2,3\ndigit_0001.png,5,-5\n"
QUALITY = "filename,label_quality\ndigit_0000.png,0.25\ndigit_0001.png,1\n"


def dropped(open_page: Open, **files: str | bytes) -> AppTest:
    app = open_page("predictions")
    contents = [
        (name.replace("__", "."), content if isinstance(content, bytes) else content.encode(), "application/x")
        for name, content in files.items()
    ]
    return app.file_uploader[0].set_value(contents).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def score(dataset: Dataset, name: str) -> list[float]:
    values: list[float] = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, name))[:3].tolist()
    return values


def read_as(app: AppTest) -> Selectbox[str]:
    return next(box for box in app.selectbox if box.label == "Read as")


def test_clear_logits_get_a_softmax_unless_a_person_wants_them_as_they_are(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, model__csv=LOGITS)
    [choice] = [group for group in app.button_group if group.label == "The values look like logits"]
    assert choice.value == "Apply a softmax"
    choice.set_value("Use as they are").run()
    assert any("used as they are" in text.value for text in app.markdown)
    [choice] = [group for group in app.button_group if group.label == "The values look like logits"]
    choice.set_value("Apply a softmax").run()
    press(app, "Store and score")
    probabilities = digits.arrays.read(digits.arrays.get(Kind.PREDICTION, "model"))
    np.testing.assert_allclose(probabilities[0], [1 / (1 + np.e**5), 1 / (1 + np.e**-5)], rtol=1e-5)


def test_ready_made_scores_are_recognized_and_label_quality_is_turned_round(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, cleanlab__csv=QUALITY)
    assert read_as(app).value == "scores"
    columns = next(table for table in app.dataframe if "Means" in table.value)
    assert columns.value["Means"].tolist() == ["filename", "confidence, turned round"]
    press(app, "Store and score")
    np.testing.assert_allclose(score(digits, "label_quality"), [0.75, 0, np.nan])


def test_the_recognized_meaning_of_a_column_can_be_overridden(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, cleanlab__csv=QUALITY)
    [file] = Path(os.environ["AL_CORE_HOME"]).rglob("cleanlab.csv")
    app.session_state[key_of("columns", str(file))] = {"label_quality": "class"}
    app.run()
    press(app, "Store and score")
    np.testing.assert_allclose(score(digits, "uncertainty_margin"), [0.5, 0, np.nan])


def test_results_and_their_annotation_file_are_dropped_together(digits: Dataset, open_page: Open) -> None:
    results = [{"image_id": 7, "category_id": 1, "bbox": [0, 0, 8, 8], "score": 0.75}]
    about = {
        "images": [{"id": 7, "file_name": "digit_0000.png", "width": 64, "height": 64}],
        "categories": [{"id": 1, "name": "loop"}],
    }
    app = dropped(open_page, results__json=json.dumps(results), instances__json=json.dumps(about))
    assert any("Object detection" in text.value and "loop" in text.value for text in app.markdown)
    press(app, "Store and score")
    np.testing.assert_allclose(score(digits, "objectness_least_confidence"), [0.25, np.nan, np.nan])


def test_a_file_of_an_unknown_kind_is_refused_with_the_known_ones(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, notes__json='{"hello": 1}')
    assert "notes.json" in app.error[0].value


def test_a_file_about_other_images_says_so_in_red(digits: Dataset, open_page: Open) -> None:
    boxes = "filename,xmin,ymin,xmax,ymax,score,label\nval/7.jpg,0,0,0.5,0.5,0.75,cat\n"
    app = dropped(open_page, boxes__csv=boxes)
    assert "which has names like 'digit\\_0000.png' and not like 'val/7.jpg'" in app.error[0].value
    # What images without an entry are matters only if some have one.
    assert not app.radio
    assert next(button for button in app.button if button.label == "Store and score").disabled


def test_a_large_file_is_read_and_stored_as_a_job_and_leaves_no_upload(
    digits: Dataset, home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "LARGE_BYTES", 0)
    app = dropped(open_page, cleanlab__csv=QUALITY)
    for _ in range(200):
        if any(button.label == "Store and score" for button in app.button):
            break
        app.run()
    press(app, "Store and score")
    job = jobs.latest(f"store:{digits.id}")
    assert job is None or job.wait(PATIENCE)
    app.run()
    np.testing.assert_allclose(score(digits, "label_quality"), [0.75, 0, np.nan])
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []


def test_metadata_is_reported_first_and_added_on_the_button(digits: Dataset, open_page: Open) -> None:
    app = open_page("datasets")
    app.file_uploader(key="metadata-0-upload").upload("lux.csv", b"filename,lux\ndigit_0001.png,7\n", "text/csv").run()
    assert digits.arrays.find(Kind.METADATA, "lux") is None
    press(app, "Add metadata")
    np.testing.assert_array_equal(digits.arrays.read(digits.arrays.get(Kind.METADATA, "lux"))[:3], [np.nan, 7, np.nan])


def test_a_list_of_filenames_becomes_a_tag_to_go_on_from(digits: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    app.file_uploader[0].upload("done.txt", b"digit_0001.png\ndigit_0002.png\n", "text/plain").run()
    press(app, "Create the tag")
    assert digits.tag("labeled").rows.tolist() == [1, 2]


def test_each_upload_is_a_model_that_is_made_current_renamed_deleted_and_restored(
    digits: Dataset, open_page: Open
) -> None:
    app = dropped(open_page, half__csv="filename,cat,dog\ndigit_0000.png,0.5,0.5\n")
    assert any("1,796 of 1,797 images are without a score" in warning.value for warning in app.warning)
    press(app, "Store and score")
    assert [model.name for model in digits.models.all()] == ["half", "logistic-regression-100"]
    assert score(digits, "uncertainty_margin")[0] == 1
    press(app, "Make current")
    assert digits.models.get("logistic-regression-100").is_current
    half = digits.models.get("half")
    app.text_input(f"model-name-{half.id}").set_value("one image").run()
    app.button(f"rename-model-{half.id}").click().run()
    app.button(f"delete-model-{half.id}").click().run()
    assert [model.name for model in digits.models.all()] == ["logistic-regression-100"]
    press(app, "Restore “one image”")
    assert digits.models.get("one image").id == half.id
    assert not app.exception


def test_images_without_a_text_file_of_ultralytics_count_as_empty_on_one_click(
    digits: Dataset, open_page: Open
) -> None:
    app = dropped(open_page, digit_0000__txt="0 0.5 0.5 0.5 0.5 0.75\n", digit_0001__txt="1 0.5 0.5 0.25 0.25 0.5\n")
    for _ in range(200):
        # A folder is read as a job.
        if app.radio:
            break
        app.run()
    question = app.radio[0]
    assert question.label == f"{digits.n_samples - 2:,} images of {digits.n_samples:,} without an entry in the file"
    assert question.value == Missing.UNKNOWN
    question.set_value(Missing.EMPTY).run()
    press(app, "Store and score")
    job = jobs.latest(f"store:{digits.id}")
    assert job is None or job.wait(PATIENCE)
    assert score(digits, "objectness_least_confidence") == [0.25, 0.5, 0]
    # The demo has 100 labeled samples, which count.
    selection = workflow.run_selection(digits, SelectionConfig("ACTIVE_LEARNING", 102, name="picked"))
    assert len(selection.added_rows) == 2


def test_that_nothing_was_found_is_proposed_for_the_next_model(digits: Dataset, open_page: Open) -> None:
    boxes = "filename,xmin,ymin,xmax,ymax,score,label\ndigit_0000.png,0,0,0.5,0.5,{score},cat\n"
    app = dropped(open_page, one__csv=boxes.format(score=0.75))
    assert app.radio[0].value == Missing.UNKNOWN
    app.radio[0].set_value(Missing.EMPTY).run()
    press(app, "Store and score")
    app = dropped(open_page, two__csv=boxes.format(score=0.5))
    assert app.radio[0].value == Missing.EMPTY
    assert any("For “one” the answer was “Nothing found”, so it is proposed here" in text.value for text in app.caption)


VOC = (
    "<annotation><filename>digit_0001.png</filename><size><width>64</width><height>64</height></size><object>"
    "<name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
)


@pytest.mark.parametrize(
    "files",
    [{"week__csv": "filename,label\ndigit_0000.png,cat\ndigit_0001.png,dog\n"}, {"digit_0001__xml": VOC}],
    ids=["table", "Pascal VOC"],
)
def test_labels_dropped_as_predictions_are_stored_as_labels_with_one_button(
    digits: Dataset, open_page: Open, files: dict[str, str | bytes]
) -> None:
    app = dropped(open_page, **files)
    assert next(heading.value for heading in app.subheader) == "These are labels"
    assert "Store and score" not in [button.label for button in app.button]
    press(app, "Store the labels")
    [stored] = workflow.label_sets(digits)
    assert stored.n_samples == (2 if "week__csv" in files else 1)


def test_results_of_a_model_that_cannot_be_read_are_not_offered_as_labels(digits: Dataset, open_page: Open) -> None:
    results = json.dumps([{"image_id": 7, "category_id": 1, "bbox": [0, 0, 8, 8], "score": 75}])
    app = dropped(open_page, results__json=results)
    assert any("scores lie in 0 to 1" in error.value for error in app.error)
    assert "Store the labels" not in [button.label for button in app.button]


def test_numbers_of_images_are_filenames_if_a_person_says_so(digits: Dataset, open_page: Open) -> None:
    results = [{"image_id": row, "category_id": 1, "bbox": [0, 0, 8, 8], "score": 0.75} for row in (7, 8)]
    app = dropped(open_page, results__json=json.dumps(results))
    assert any("they are numbers, not filenames" in text.value for text in app.markdown)
    app = next(toggle for toggle in app.toggle if toggle.label == "The numbers are filenames").set_value(True).run()
    assert not any("they are numbers, not filenames" in text.value for text in app.markdown)


def test_a_column_of_a_table_of_boxes_can_be_given_another_meaning(digits: Dataset, open_page: Open) -> None:
    table = "filename,label,species,score,x1,y1,x2,y2\ndigit_0000.png,1,cat,0.75,0.1,0.2,0.3,0.4\n"
    app = dropped(open_page, boxes__csv=table)
    columns = next(frame for frame in app.dataframe if "Means" in frame.value)
    assert columns.value["Means"].tolist()[:4] == [
        *("filename", "class of the object", "ignored", "confidence of the object")
    ]
    [file] = Path(os.environ["AL_CORE_HOME"]).rglob("boxes.csv")
    app.session_state[key_of("columns", str(file))] = {"species": "object-class"}
    app.run()
    assert any("1 class: cat" in text.value for text in app.markdown)


def test_a_choice_of_columns_with_which_a_file_cannot_be_read_is_undone(digits: Dataset, open_page: Open) -> None:
    table = "filename,label,score,x1,y1,x2,y2\ndigit_0000.png,1,0.75,0.1,0.2,0.3,0.4\n"
    app = dropped(open_page, boxes__csv=table)
    [file] = Path(os.environ["AL_CORE_HOME"]).rglob("boxes.csv")
    app.session_state[key_of("columns", str(file))] = {"x1": "ignored"}
    app.run()
    assert any("no columns of a box" in error.value for error in app.error)
    app = press(app, "Undo the changed columns")
    assert not app.error
    assert "Store and score" in [button.label for button in app.button]


def test_a_slider_over_the_histogram_says_which_boxes_count(digits: Dataset, open_page: Open) -> None:
    boxes = [
        {"image_id": "digit_0000.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": 0.75},
        *[{"image_id": "digit_0000.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": 0.01}] * 3,
        {"image_id": "digit_0001.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": 0.25},
    ]
    app = dropped(open_page, results__json=json.dumps(boxes))
    assert any("2 of 5 boxes count (40.0%)" in caption.value for caption in app.caption)
    slider = next(slider for slider in app.slider if slider.label == "Boxes count from a confidence of")
    assert slider.value == DEFAULT_CONFIDENCE_THRESHOLD
    slider.set_value(0.5).run()
    assert any("4 of 5 boxes are below the confidence threshold of 0.5" in text.value for text in app.markdown)
    press(app, "Store and score")
    assert digits.models.all()[0].confidence_threshold == 0.5
    assert any("boxes from 0.5" in caption.value.replace("\\", "") for caption in app.caption)
    assert score(digits, "objectness_least_confidence")[:2] == [0.25, 0.25]
    # One image has the score, the other takes its median: nothing is ranked.
    assert any("for every image" in warning.value for warning in app.warning)
    [model] = [model for model in digits.models.all() if model.name == "results"]
    app.slider(key=key_of("model-threshold", model.id, "0.5")).set_value(0.2).run()
    app.button(key=f"rescore-{model.id}").click().run()
    assert digits.models.get("results").confidence_threshold == 0.2
    assert score(digits, "objectness_least_confidence")[:2] == [0.25, 0.75]
    app.slider(key=key_of("model-threshold", model.id, "0.2")).set_value(0.9).run()
    app.button(key=f"rescore-{model.id}").click().run()
    assert any("no box is as confident" in error.value for error in app.error)
    assert digits.models.get("results").confidence_threshold == 0.2
    assert not app.exception


def test_examples_and_the_comparison_of_two_models_are_drawn_for_those_who_open_them(
    digits: Dataset, open_page: Open
) -> None:
    # What the first model calls its classes, too: models that call none alike are not compared.
    header = ",".join(["filename", *map(str, range(10))])
    second = "".join(f"{filename},0.91{',0.01' * 9}\n" for filename in digits.filenames())
    press(dropped(open_page, second__csv=f"{header}\n{second}"), "Store and score")
    app = open_page("predictions")
    n_downloads = len(app.get("download_button"))
    assert "Before" not in [box.label for box in app.selectbox]
    app.session_state["examples-predictions-scores-class-names"] = True
    app.session_state[key_of("compare-two", digits.id)] = True
    app.run()
    examples = Path(__file__).resolve().parents[2] / "examples"
    n_examples = sum(len(list((examples / kind).iterdir())) for kind in ("predictions", "scores", "class-names"))
    assert len(app.get("download_button")) == n_downloads + n_examples
    newest, before = workflow.models(digits)
    assert [box.value for box in app.selectbox if box.label in ("Before", "After")] == [before.id, newest.id]
    # Their classes have no name in common, so only their scores are compared.
    assert any(":blue[■] second: mean" in caption.value for caption in app.caption)
