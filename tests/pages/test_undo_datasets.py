"""One click takes back what was done to a dataset as a whole."""

from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from al_core.embedding import BUILT_IN
from al_core.store import Dataset, Kind, Workspace
from tests.pages.conftest import Open
from tests.pages.test_dataset_cards import choose, opened_menu, press_in_dialog
from tests.pages.test_pages import button
from tests.pages.test_undo import says, undo
from tests.patience import PATIENCE
from ui.session import Key


def dataset_names(home: Path) -> set[str]:
    with Workspace(home) as workspace:
        return {dataset.name for dataset in workspace.datasets()}


def paint(folder: Path) -> Path:
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (32, 32), (200, 80 * number, 0)).save(folder / f"{number}.png")
    return folder


def test_a_dataset_made_of_embeddings_is_taken_back(line: Dataset, home: Path, open_page: Open) -> None:
    app = open_page("datasets")
    app.text_input(key="new-name-0").input("cats")
    table = b"filenames,embedding_0,embedding_1\na.png,1,0\nb.png,0,1\n"
    app.file_uploader(key="embeddings-0-upload").upload("cats.csv", table, "text/csv").run()
    button(app, "Create dataset").click().run()
    assert says(app, "Created “cats” with 2 images.")
    undo(app)
    assert dataset_names(home) == {"line"}
    # Another one is open instead of a page about what is gone.
    assert app.session_state[Key.DATASET] == line.id


def test_a_dataset_made_of_a_folder_is_taken_back(
    line: Dataset, home: Path, open_page: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = paint(tmp_path_factory.mktemp("photos") / "reds")
    app = open_page("datasets")
    app.text_input(key="folder-path").input(str(folder))
    app.text_input(key="folder-name").input("reds").run()
    button(app, "Embed the images").click().run()
    assert app.session_state[Key.EMBEDDING].wait(PATIENCE)
    app.run()
    assert dataset_names(home) == {"line", "reds"}
    app.button(key="folder-undo").click().run()
    assert dataset_names(home) == {"line"}
    assert not says(app, "is ready")
    assert len(list(folder.iterdir())) == 3


def test_an_embedding_that_was_added_is_taken_back(
    line: Dataset, home: Path, open_page: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    for row in range(40):
        Image.new("RGB", (8, 8), (6 * row, 0, 0)).save(folder / f"{row}.png")
    line.set_images_dir(folder)
    before = {stored.name for stored in line.arrays.all(Kind.EMBEDDING)}
    app = choose(open_page("datasets"), line.id, "Add an embedding")
    app.text_input(key="embedding-model").input(BUILT_IN)
    opened_menu(app, line.id, "Add an embedding")
    app.button(key=f"add-embedding-{line.id}").click().run()
    assert app.session_state[Key.EMBEDDED][line.id].wait(PATIENCE)
    app.run()
    assert len(line.arrays.all(Kind.EMBEDDING)) == len(before) + 1
    app.button(key=f"embedded-{line.id}-undo").click().run()
    assert {stored.name for stored in line.arrays.all(Kind.EMBEDDING)} == before
    assert dataset_names(home) == {"line"}


def test_a_demo_that_was_added_is_taken_back(line: Dataset, home: Path, open_page: Open) -> None:
    app = open_page("datasets")
    button(app, "Restore the demo").click().run()
    assert dataset_names(home) == {"line", "digits"}
    assert says(app, "Added the demo “digits” with 1,797 images.")
    undo(app)
    assert dataset_names(home) == {"line"}


def test_a_dataset_that_was_brought_back_is_deleted_again(line: Dataset, home: Path, open_page: Open) -> None:
    with Workspace(home) as workspace:
        workspace.create_dataset("old", ["a.png"])
        workspace.delete_dataset("old")
    app = open_page("datasets")
    button(app, "Restore").click().run()
    assert dataset_names(home) == {"line", "old"}
    undo(app)
    assert dataset_names(home) == {"line"}


def test_the_name_of_a_dataset_is_taken_back(line: Dataset, home: Path, open_page: Open) -> None:
    app = choose(open_page("datasets"), line.id, "Rename")
    app.text_input(key="dataset-name").input("numbers")
    press_in_dialog(app, "Rename it", line.id, "Rename")
    assert dataset_names(home) == {"numbers"}
    undo(app)
    assert dataset_names(home) == {"line"}


def test_a_folder_of_images_is_taken_back(line: Dataset, home: Path, open_page: Open, tmp_path: Path) -> None:
    before = paint(tmp_path / "before")
    after = paint(tmp_path / "after")
    line.set_images_dir(before)
    app = choose(open_page("datasets"), line.id, "Images folder")
    app.text_input(key="images-dir").input(str(after))
    press_in_dialog(app, "Use this folder", line.id, "Images folder")
    with Workspace(home) as workspace:
        assert workspace.dataset("line").images_dir == after
        undo(app)
        assert workspace.dataset("line").images_dir == before


def add_metadata(app: AppTest, number: int, lux: int) -> None:
    content = f"filename,lux\n1.png,{lux}\n".encode()
    app.file_uploader(key=f"metadata-{number}-upload").upload("lux.csv", content, "text/csv").run()
    button(app, "Add metadata").click().run()


def test_metadata_is_taken_back_and_what_it_replaced_returns(line: Dataset, open_page: Open) -> None:
    app = open_page("datasets")
    add_metadata(app, 0, lux=7)
    add_metadata(app, 1, lux=9)
    undo(app)
    assert line.arrays.read(line.arrays.get(Kind.METADATA, "lux"))[1] == 7
