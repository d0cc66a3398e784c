import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import FileUploader

from al_core import workflow
from al_core.formats.choices import Unannotated
from al_core.store import Dataset
from tests.pages.conftest import Open, unescaped

CSV = "filename,label,annotator\ndigit_0000.png,digit 0,1\ndigit_0001.png,digit 1,1\ndigit_0001.png,digit 7,2\n"


def coco() -> str:
    images = [{"id": row, "file_name": f"digit_000{row}.png", "width": 8, "height": 8} for row in range(3)]
    annotation = {"id": 1, "image_id": 0, "category_id": 1, "bbox": [0, 0, 4, 4]}
    return json.dumps({"images": images, "categories": [{"id": 1, "name": "cat"}], "annotations": [annotation]})


def dropped(open_page: Open, **files: str) -> AppTest:
    app = open_page("tags")
    contents = [(name.replace("__", "."), content.encode(), "application/x") for name, content in files.items()]
    return uploader(app).set_value(contents).run()


def uploader(app: AppTest) -> FileUploader:
    return next(one for one in app.file_uploader if one.label == "Bring labels back")


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_labels_are_compared_stored_deleted_and_restored(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, week__csv=CSV)
    assert metrics(app)["Labeled images"] == "2"
    assert metrics(app)["Annotators disagree"] == "1"
    assert any("annotators who disagree" in unescaped(text.value) for text in app.markdown)
    app.text_input(key="labels-name").input("week 29").run()
    press(app, "Store the labels")
    [stored] = workflow.label_sets(digits)
    assert (stored.name, stored.n_samples) == ("week 29", 2)
    assert digits.tag("week 29").counts_as_labeled
    assert any("week 29" in unescaped(text.value) for text in app.markdown)
    next(button for button in app.button if button.key == f"delete-labels-{stored.id}").click().run()
    assert workflow.label_sets(digits) == []
    app.button(key="restore-labels").click().run()
    assert [labels.name for labels in workflow.label_sets(digits)] == ["week 29"]


def test_the_same_labels_once_more_are_said_to_be_stored_and_no_undo_takes_the_first_ones_away(
    digits: Dataset, open_page: Open
) -> None:
    app = dropped(open_page, week__csv=CSV)
    app.text_input(key="labels-name").input("week 29").run()
    press(app, "Store the labels")
    app = dropped(open_page, again__csv=CSV)
    app.text_input(key="labels-name").input("week 30").run()
    press(app, "Store the labels")
    assert any("The same labels are stored as “week 29” already" in unescaped(toast.value) for toast in app.toast)
    assert "Undo" not in [button.label for button in app.button]
    assert [labels.name for labels in workflow.label_sets(digits)] == ["week 29"]


def test_the_form_asks_what_images_without_objects_mean(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, coco__json=coco())
    question = app.radio(key="labels-unannotated")
    assert question.label == "2 images without any object in the file"
    assert metrics(app)["Labeled images"] == "1"
    app = question.set_value(Unannotated.DONE).run()
    assert metrics(app)["Labeled images"] == "3"
    press(app, "Store the labels")
    assert workflow.label_sets(digits)[0].n_samples == 3


def test_the_answer_is_proposed_for_the_next_file_and_said_to_be(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, first__json=coco())
    assert app.radio(key="labels-unannotated").value == Unannotated.OPEN
    app = app.radio(key="labels-unannotated").set_value(Unannotated.DONE).run()
    app.text_input(key="labels-name").input("week 29").run()
    press(app, "Store the labels")
    app = dropped(open_page, second__json=coco().replace('"cat"', '"dog"'))
    assert app.radio(key="labels-unannotated").value == Unannotated.DONE
    assert metrics(app)["Labeled images"] == "3"
    [said] = [unescaped(text.value) for text in app.caption if "so it is proposed here" in text.value]
    assert said == "For “week 29” the answer was “Done: nothing is on them”, so it is proposed here."


def test_what_is_no_label_is_refused_with_a_sentence(digits: Dataset, open_page: Open) -> None:
    app = dropped(open_page, list__txt="digit_0000.png\ndigit_0001.png\n")
    assert any("a list of filenames without labels" in unescaped(error.value) for error in app.error)
    app = uploader(app).set_value([("none.csv", b"filename,label\nx.png,cat\n", "text/csv")]).run()
    button = next(button for button in app.button if button.label == "Store the labels")
    assert button.disabled
    [said] = [unescaped(error.value) for error in app.error]
    assert "has names like 'digit_0000.png' and not like 'x.png': it is probably about another dataset" in said


@pytest.mark.parametrize("is_labeled", [True, False])
def test_a_file_of_labels_says_which_images_are_labeled(
    digits: Dataset, open_page: Open, tmp_path: Path, is_labeled: bool
) -> None:
    app = open_page("tags")
    list_drop = next(one for one in app.file_uploader if one.label == "Filenames")
    content = "filename,label\ndigit_0000.png,cat\ndigit_0001.png,\n"
    app = list_drop.set_value([("l.csv", content.encode(), "text/csv")]).run()
    app.checkbox(key="filename-list-labeled").set_value(is_labeled).run()
    app.text_input(key="filename-list-name").input("mine").run()
    press(app, "Create the tag")
    assert digits.tag("mine").rows.tolist() == ([0] if is_labeled else [0, 1])
