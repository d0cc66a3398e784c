from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from al_core.store import Dataset
from tests.pages.conftest import Open, unescaped
from tests.patience import PATIENCE
from ui import jobs


def fill(app: AppTest) -> Button:
    return next(button for button in app.button if button.label == "Fill the folder")


def filled(app: AppTest, dataset: Dataset, folder: Path) -> list[str]:
    """Return what was said when the folder was filled, at once or after the job had ended."""
    app.text_input(key="folder-export").input(str(folder)).run()
    fill(app).click().run()
    said = [element.value for element in (*app.toast, *app.error)]
    job = jobs.latest(f"folder:{dataset.id}")
    assert job is None or job.wait(PATIENCE)
    app.run()
    return [unescaped(text) for text in (*said, *(element.value for element in (*app.toast, *app.error)))]


@pytest.mark.parametrize("how", ["Copies", "Links"])
def test_the_images_of_a_tag_fill_a_folder(digits: Dataset, open_page: Open, tmp_path: Path, how: str) -> None:
    app = open_page("tags")
    next(group for group in app.button_group if group.value == "Copies").set_value(how).run()
    said = filled(app, digits, tmp_path / "to label")
    made = sorted(path.name for path in (tmp_path / "to label").iterdir())
    assert made == sorted(digits.filenames(digits.tag("initial-selection").rows))
    assert (tmp_path / "to label" / made[0]).is_symlink() == (how == "Links")
    assert any(f"{len(made)} {how.lower()} in" in text for text in said)


def test_a_folder_that_is_not_empty_is_refused_with_the_reason(
    digits: Dataset, open_page: Open, tmp_path: Path
) -> None:
    app = open_page("tags")
    assert any("is not empty; give a new folder" in text for text in filled(app, digits, tmp_path))
    app.text_input(key="folder-export").input("relative/folder").run()
    fill(app).click().run()
    assert any("is not an absolute path" in error.value for error in app.error)


def test_without_images_the_control_says_why_it_is_disabled(digits: Dataset, open_page: Open) -> None:
    app = open_page("tags")
    assert not fill(app).disabled
    fill(app).click().run()
    assert any("There is no folder yet" in error.value for error in app.error)
    digits.set_images_dir(None)
    app.run()
    assert (fill(app).disabled, fill(app).help) == (
        True,
        "Choose the folder with the images on the Datasets page first",
    )
