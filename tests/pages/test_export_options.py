import io
import zipfile

from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.formats import ExportChoices
from al_core.store import Dataset, Kind
from tests.pages.conftest import Open, unescaped


def choose(app: AppTest, format: str) -> AppTest:
    app.selectbox(key="export-format").select(format).run()
    return app


def said(app: AppTest) -> str:
    return unescaped(" ".join(element.value for element in (*app.caption, *app.error)))


def test_label_studio_takes_the_classes_of_the_model_and_says_what_to_set(digits: Dataset, open_page: Open) -> None:
    app = choose(open_page("tags"), "label-studio")
    assert "10 classes of the model: 0, 1" in said(app)
    assert digits.images_dir is not None
    assert f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={digits.images_dir.parent}" in said(app)
    assert app.number_input(key=f"export-confidence-{digits.id}-0.25").value == 0.25
    app.text_input(key=f"export-prefix-{digits.id}").input("https://host/images").run()
    assert "DOCUMENT_ROOT" not in said(app)
    app.text_input(key=f"export-prefix-{digits.id}").input("javascript:alert(1)").run()
    assert "images cannot be at 'javascript:alert(1)'; give a URL" in said(app)


def test_before_there_is_a_model_classes_are_asked_for(digits: Dataset, open_page: Open) -> None:
    for stored in digits.arrays.all(Kind.PREDICTION):
        digits.arrays.delete(Kind.PREDICTION, stored.name)
    app = choose(open_page("tags"), "label-studio")
    assert "Label Studio needs the classes to choose among: enter them" in said(app)
    app.text_area(key=f"export-classes-{digits.id}").input("cat\n dog \n").run()
    assert "2 classes: cat, dog" in said(app)
    assert "needs the classes" not in said(app)
    app.button_group(key=f"export-task-{digits.id}").set_value("object-detection").run()
    choices = ExportChoices(["cat", "dog"], "object-detection")
    content = workflow.export_tag(digits, digits.tag("initial-selection"), "label-studio", choices=choices)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b'<RectangleLabels name="label"' in archive.read("labeling-config.xml")


def test_a_list_of_filenames_has_nothing_to_choose(digits: Dataset, open_page: Open) -> None:
    app = choose(open_page("tags"), "csv")
    assert not app.number_input
    assert not [field for field in app.text_input if field.label == "Address of the images"]
