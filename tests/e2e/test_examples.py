"""Example files, dropped in the browser on the page that takes them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from al_core.formats import read_embeddings
from tests.e2e.navigation import go_to, press_button
from tests.e2e.server import running_app

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def examples(kind: str) -> list[Path]:
    """Return one file of each extension, which is all that a browser looks at; tests/formats read every file."""
    by_extension = {file.suffix: file for file in sorted((EXAMPLES / kind).iterdir())}
    return list(by_extension.values())


@pytest.fixture
def drop(page: Page, wait_until_idle: Callable[[], None]) -> Callable[[str, Path], None]:
    """`drop("Embeddings", path)` drops a file where the page takes these, in place of an earlier one."""

    def drop_file(label: str, file: Path) -> None:
        area = page.get_by_test_id("stFileUploader").filter(has=page.get_by_text(label, exact=True))
        area.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
        expect(area.get_by_role("button", name=f"Remove {file.name}")).to_be_visible()
        wait_until_idle()

    return drop_file


def test_an_example_of_each_extension_dropped_on_its_page_is_taken(
    page: Page, wait_until_idle: Callable[[], None], drop: Callable[[str, Path], None], tmp_path: Path
) -> None:
    with running_app(tmp_path) as address:
        page.goto(f"{address}/datasets")
        for number, file in enumerate(examples("embeddings")):
            create_dataset(page, drop, wait_until_idle, f"embeddings {number}", file)
        for file in examples("metadata"):
            drop("Metadata", file)
            expect(page.get_by_text("Text columns:")).to_be_visible()
            press_button(page, "Add metadata")
            expect(page.get_by_text("Added 3 columns to 10 images")).to_be_visible()
            expect(page.get_by_role("button", name="Add metadata")).to_have_count(0)
            wait_until_idle()
        go_to(page, "Predictions")
        for file in examples("predictions") + examples("scores"):
            page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(file)
            matched = rf"10 of 10 samples have a (prediction|score) in {re.escape(file.name)}\."
            expect(page.get_by_text(re.compile(matched))).to_be_visible()
            expect(page.get_by_role("button", name="Store and score")).to_be_enabled()
            assert page.get_by_test_id("stAlertContentError").count() == 0, file.name
            if file.suffix == ".npy":
                name_the_classes(page, drop)
            press_button(page, f"Remove {file.name}")
            expect(page.get_by_role("button", name="Store and score")).to_have_count(0)
        go_to(page, "Tags")
        for file in examples("filenames"):
            page.get_by_role("tab", name="Import list").click()
            drop("Filenames", file)
            page.get_by_role("textbox", name="Name of the tag").first.fill(f"list {file.stem}")
            page.keyboard.press("Enter")
            wait_until_idle()
            press_button(page, "Create the tag")
            expect(page.get_by_text(f"Created “list {file.stem}” with 10 images")).to_be_visible()
            wait_until_idle()


def create_dataset(
    page: Page, drop: Callable[[str, Path], None], wait_until_idle: Callable[[], None], name: str, file: Path
) -> None:
    # The tabs are drawn again next to the first dataset.
    page.get_by_role("tab", name="From embeddings").click()
    # Empty again: the form of the dataset before is gone.
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    drop("Embeddings", file)
    if read_embeddings(file).filenames is None:
        drop("Filenames in the order of the rows", EXAMPLES / "filenames" / "txt.txt")
    page.get_by_label("Name", exact=True).fill(name)
    press_button(page, "Create dataset")
    expect(page.get_by_text(f"Created “{name}” with 10 images")).to_be_visible()
    wait_until_idle()


def name_the_classes(page: Page, drop: Callable[[str, Path], None]) -> None:
    press_button(page, "Name the classes")
    for file in examples("class-names"):
        drop("Class names", file)
        expect(page.get_by_role("button", name="Store and score")).to_be_enabled()
        assert page.get_by_test_id("stAlertContentError").count() == 0, file.name
    page.keyboard.press("Escape")
