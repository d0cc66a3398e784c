from collections import Counter
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, TextInput

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.store import INITIAL_TAG, Dataset, Kind, Workspace
from tests.pages.conftest import Open, unescaped
from ui.session import key_of

PAGES = ["datasets", "predictions", "explore", "select", "compare", "rounds", "tags"]
PREDICTIONS = "filename,cat,dog\ndigit_0000.png,0.9,0.1\ndigit_0001.png,0.5,0.5\nzebra.png,0.2,0.8\n"


def button(app: AppTest, label: str) -> Button:
    return next(found for found in app.button if found.label == label)


def field(app: AppTest, label: str) -> TextInput:
    return next(found for found in app.text_input if found.label == label)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_the_demo(digits: Dataset, open_page: Open, page: str) -> None:
    app = open_page(page)
    assert app.title[0].value == page.capitalize()
    assert not app.error


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_page_without_a_dataset_says_how_to_get_one(home: Path, open_page: Open, page: str) -> None:
    with Workspace(home) as workspace:
        (home / "demo").mkdir()
        (home / "demo" / "offered").touch()
        assert workspace.datasets() == []
    assert "There is no dataset yet." in open_page(page).info[0].value


def test_a_deleted_demo_stays_away_until_it_is_restored(home: Path, open_page: Open) -> None:
    app = open_page("datasets")
    with Workspace(home) as workspace:
        workspace.delete_dataset("digits")
        app.run()
        assert "No datasets yet" in app.info[0].value
        button(app, "Restore the demo").click().run()
        assert [dataset.name for dataset in workspace.datasets()] == ["digits"]


def test_embeddings_become_a_dataset(digits: Dataset, home: Path, open_page: Open, tmp_path: Path) -> None:
    np.savez(
        tmp_path / "cats.npz", embeddings=np.eye(3, dtype=np.float32), filenames=np.array(["a.png", "b.png", "c.png"])
    )
    app = open_page("datasets")
    app.text_input(key="new-name-0").input("cats")
    app.file_uploader(key="embeddings-0-upload").upload(
        "cats.npz", (tmp_path / "cats.npz").read_bytes(), "application/zip"
    )
    app.run()
    button(app, "Create dataset").click().run()
    with Workspace(home) as workspace:
        assert workspace.dataset("cats").filenames() == ["a.png", "b.png", "c.png"]
        assert app.query_params["dataset"] == workspace.dataset("cats").id
    # The form is ready for the next dataset.
    assert app.text_input(key="new-name-1").value == ""


def test_bad_embeddings_are_reported_in_a_sentence_and_not_stored(digits: Dataset, home: Path, open_page: Open) -> None:
    app = open_page("datasets")
    app.text_input(key="new-name-0").input("cats")
    app.file_uploader(key="embeddings-0-upload").upload("cats.csv", b"filenames,embedding_0\na.png,oops\n", "text/csv")
    app.run()
    button(app, "Create dataset").click().run()
    assert "oops" in app.error[0].value
    with Workspace(home) as workspace:
        assert [dataset.name for dataset in workspace.datasets()] == ["digits"]


def test_a_prediction_file_is_reported_first_and_stored_on_the_button(digits: Dataset, open_page: Open) -> None:
    app = open_page("predictions")
    app.file_uploader[0].upload("model.csv", PREDICTIONS.encode(), "text/csv").run()
    assert [metric.value for metric in app.metric] == ["2", "1,795", "1", "0"]
    assert [stored.name for stored in digits.arrays.all(Kind.PREDICTION)] == ["logistic-regression-100"]
    button(app, "Store and score").click().run()
    assert digits.arrays.get(Kind.PREDICTION, "model").attributes["class_names"] == ["cat", "dog"]
    margin = digits.arrays.read(digits.arrays.get(Kind.SCORE, "uncertainty_margin"))
    np.testing.assert_allclose(margin[:3], [0.2, 1.0, np.nan], atol=1e-6)


def test_a_selection_runs_and_its_result_and_code_are_shown(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.number_input(key="new").set_value(5).run()
    assert app.number_input(key="total").value == 105
    button(app, "Run selection").click().run()
    for _ in range(100):
        if "al-iteration-1" in [heading.value for heading in app.subheader]:
            break
        app.run()
    tag = digits.tag("al-iteration-1")
    assert tag.provenance.config
    assert (tag.size, tag.provenance.config.method) == (105, "CORAL")
    assert app.metric[0].value == "5"
    app.session_state[key_of("selection-tabs", tag.id)] = "Python code"
    assert "ActiveLearningAgent" in app.run().code[0].value


def test_total_moves_with_new_and_new_with_total(digits: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.number_input(key="total").set_value(250).run()
    assert app.number_input(key="new").value == 150


def test_a_method_without_its_score_is_disabled_with_the_reason(home: Path, open_page: Open) -> None:
    with Workspace(home) as workspace:
        dataset = workflow.create_dataset(workspace, "bare", ["a.png", "b.png"], np.eye(2))
        app = open_page("select")
        app.sidebar.selectbox[0].set_value(dataset.id).run()
    app.radio[0].set_value("CORAL").run()
    assert button(app, "Run selection").disabled
    assert any("CORAL needs a score: upload predictions first" in unescaped(caption.value) for caption in app.caption)


def test_tags_are_combined_renamed_and_deleted(digits: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    field(app, "Name of the result").input("everything again").run()
    button(app, "Create tag").click().run()
    assert digits.tag("everything again").size == 1797
    field(app, "New name").input("all of them").run()
    button(app, "Rename").click().run()
    assert digits.tag("all of them").size == 1797
    button(app, "Delete it").click().run()
    assert [tag.name for tag in digits.tags()] == ["initial-selection", INITIAL_TAG]


def test_a_format_without_its_predictions_is_disabled_with_the_reason(digits: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    disabled = {}
    for name in ("txt", "yolo", "cvat"):
        next(box for box in app.selectbox if box.label == "Format").set_value(name).run()
        disabled[name] = app.get("download_button")[0].proto.disabled
        told = any("YOLO needs boxes" in caption.value for caption in app.caption)
        assert told == (name == "yolo")
    assert disabled == {"txt": False, "yolo": True, "cvat": False}


def test_several_tags_are_marked_combined_and_deleted_together_and_all_come_back(
    digits: Dataset, open_page: Open
) -> None:
    for number in range(2):
        digits.create_tag(f"part {number}", np.arange(10 * number, 10 * number + 15))
    app = open_page("tags")
    app.session_state["tag-table"] = {"chosen": [digits.tag(f"part {number}").id for number in range(2)]}
    # Below them comes another, as from somebody else: what is ticked stays so.
    digits.create_tag("part 2", np.arange(50, 60))
    app.run()
    assert any("2 tags · 25 images together" in heading.value for heading in app.subheader)
    button(app, "Mark as labeled").click().run()
    assert all(digits.tag(f"part {number}").counts_as_labeled for number in range(2))
    button(app, "Combine into one").click().run()
    (united,) = (tag for tag in digits.tags() if tag.provenance.operation == "union")
    assert united.size == 25
    button(app, "Undo").click().run()
    assert united.name not in {tag.name for tag in digits.tags()}
    button(app, "Delete them").click().run()
    assert [digits.find_tag(f"part {number}") for number in range(2)] == [None, None]
    button(app, "Undo").click().run()
    assert digits.tag("part 0").size == digits.tag("part 1").size == 15


def test_a_format_that_was_used_is_offered_first(digits: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    formats = next(box for box in app.selectbox if box.label == "Format")
    assert formats.value == "txt"
    formats.set_value("csv").run()
    app.download_button[0].click().run()
    assert next(box for box in open_page("tags").selectbox if box.label == "Format").value == "csv"


def test_a_tag_with_children_says_why_it_cannot_go(digits: Dataset, open_page: Open) -> None:
    selection = workflow.run_selection(
        digits, SelectionConfig("RANDOM", 110, name="child"), labeled_tag=digits.tag("initial-selection")
    )
    app = open_page("tags")
    app.session_state["tag-table"] = {"chosen": [digits.tag("initial-selection").id]}
    app.run()
    assert selection.tag.size == 110
    delete = button(app, "Delete tag")
    assert (delete.disabled, unescaped(delete.help)) == (True, "Delete its children first: child")


@pytest.mark.parametrize("name", PAGES)
def test_the_catalog_is_asked_no_question_twice_while_a_page_is_drawn(
    digits: Dataset, open_page: Open, name: str
) -> None:
    app = open_page(name)
    asked: list[tuple[int, str, str]] = []

    def note(*arguments: Any) -> None:
        # A job that the page has started asks beside it, for itself.
        asked.append((get_ident(), arguments[2], str(arguments[3])))

    event.listen(Engine, "before_cursor_execute", note)
    app.run()
    event.remove(Engine, "before_cursor_execute", note)
    questions = Counter(question for question in asked if question[1].startswith("SELECT"))
    # The version lets all be asked anew that was asked before it: which datasets there are.
    twice = {question for (_, question, _), times in questions.items() if times > 1}
    assert questions
    assert {question for question in twice if "FROM datasets" not in question} == set()
