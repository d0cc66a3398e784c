"""Three rounds on a folder of one's own: labels come back from three tools, a model is trained after each round.

Nothing here reads a page's documentation: each step is the one that the page proposes.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.digit_project import EXPORTS, N_IMAGES, trained, write_photos
from tests.e2e.conftest import Traffic
from tests.e2e.navigation import clicks, count_clicks, go_to, press_button, wait_for_run
from tests.e2e.server import running_app
from tests.e2e.test_main_job import set_number

N_NEW = 40
N_TRAINING = 36
"""Of each round: a tenth of the new images tests."""

CLICKS_TO_THE_FIRST_LIST = 5
"""From the page Datasets: the tab, embed, choose the first, run, download."""
CLICKS_OF_THREE_ROUNDS = 29
"""Those five, six until the first model's round is over, and nine in each further round; dropping a file is none."""


@pytest.fixture(scope="module")
def streamlit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("workspace")
    # The demo was offered before: the workspace is empty.
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with running_app(home) as address:
        yield address


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos")


def next_step(page: Page) -> Locator:
    """The box on Rounds that says what comes next."""
    return page.locator(".st-key-next-step")


def follow(page: Page, label: str, heading: str) -> None:
    """Follow the link that the box of the next step offers."""
    expect(next_step(page)).to_contain_text(label)
    next_step(page).get_by_role("link", name=label).click()
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    wait_for_run(page)


def put(page: Page, file: Path) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as started:
        press_button(page, button)
    target = folder / started.value.suggested_filename
    started.value.save_as(target)
    return target


def test_three_rounds_with_labels_from_three_tools(page: Page, photos: Path, tmp_path: Path, traffic: Traffic) -> None:
    count_clicks(page)
    embed(page, photos)
    for number, export in enumerate(EXPORTS, 1):
        if number > 1:
            follow(page, "Choose the next images", "Select")
        filenames = choose(page, number, tmp_path)
        if number == 1:
            assert clicks(page) == CLICKS_TO_THE_FIRST_LIST
        go_to(page, "Rounds")
        expect(next_step(page)).to_contain_text(f"{N_NEW} images of “al-iteration-{number}” are with labelers")
        bring_labels_back(page, export(tmp_path, filenames), number)
        training = download(page, "Training labels", tmp_path)
        follow(page, "Drop predictions", "Predictions")
        store_predictions(page, trained(training, tmp_path), number)
        go_to(page, "Rounds")
        expect(next_step(page)).to_contain_text(f"has been trained after “al-iteration-{number}”")
    assert clicks(page) == CLICKS_OF_THREE_ROUNDS
    look_at_what_was_bought(page)
    compare(page)
    go_to(page, "Rounds")
    open_report(page, download(page, "Download the report", tmp_path))
    assert traffic.hosts == {"127.0.0.1"}


def embed(page: Page, photos: Path) -> None:
    page.goto("/datasets")
    page.get_by_role("tab", name="A folder on this machine").click()
    for label, text in (("Folder with the images", str(photos)), ("Name of the dataset", "photos")):
        field = page.get_by_role("textbox", name=label, exact=True)
        field.fill(text)
        field.press("Enter")
        wait_for_run(page)
    press_button(page, "Embed the images")
    expect(page.get_by_text(f"“photos” is ready: {N_IMAGES} images.")).to_be_visible()
    press_button(page, "Choose the first to label")
    expect(page.get_by_role("heading", name="Select", level=1)).to_be_visible()
    wait_for_run(page)


def choose(page: Page, number: int, folder: Path) -> list[str]:
    """Run the selection that the page proposes, with another number of images, and download its list."""
    set_number(page, "New images", N_NEW)
    expect(page.get_by_role("spinbutton", name="Total labeled")).to_have_value(str(N_NEW * number))
    wait_for_run(page)
    press_button(page, "Run selection")
    expect(page.get_by_role("heading", name=f"al-iteration-{number}", exact=True)).to_be_visible()
    wait_for_run(page)
    file = download(page, "Download the selected filenames", folder)
    wait_for_run(page)
    filenames = file.read_text().splitlines()
    assert len(set(filenames)) == N_NEW
    return filenames


def bring_labels_back(page: Page, file: Path, number: int) -> None:
    put(page, file)
    expect(page.get_by_text(re.compile(rf"{N_NEW} of {N_IMAGES} samples have labels in"))).to_be_visible()
    press_button(page, "Store the labels")
    expect(next_step(page)).to_contain_text(f"Train on the {N_TRAINING * number} training labels")
    wait_for_run(page)


def store_predictions(page: Page, file: Path, number: int) -> None:
    put(page, file)
    expect(page.get_by_text(f"{N_IMAGES} of {N_IMAGES} samples have a prediction")).to_be_visible()
    press_button(page, "Store and score")
    expect(page.get_by_text(f"Scored {N_IMAGES} images (3 scores)")).to_be_visible()
    wait_for_run(page)


def look_at_what_was_bought(page: Page) -> None:
    expect(page.get_by_role("img", name="Learning curve")).to_be_visible()
    expect(page.get_by_text("Every model is judged on all 12 test labels there are")).to_be_visible()
    expect(page.get_by_text("3 rounds; a forecast needs 4").first).to_be_visible()
    for sign in ("The target is reached", "The next batch costs more", "Predictions hardly change any more"):
        expect(page.get_by_text(sign).first).to_be_visible()


def compare(page: Page) -> None:
    """Look at all methods side by side before the fourth round."""
    go_to(page, "Compare")
    press_button(page, "Compare")
    for method in ("RANDOM", "CORESET", "CORAL", "ACTIVE_LEARNING"):
        expect(page.get_by_role("heading", name=method, exact=True)).to_be_visible()
    expect(page.get_by_text("Covers ").first).to_be_visible()
    wait_for_run(page)


def open_report(page: Page, file: Path) -> None:
    """Open the report from the disk: it says what the page says, and shows all images."""
    opened = page.context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text))
    opened.goto(file.as_uri())
    expect(opened.get_by_role("heading", name="al-iteration-3", level=1)).to_be_visible()
    expect(opened.get_by_role("img", name="Accuracy over training labels")).to_be_visible()
    expect(opened.get_by_text("3 rounds; a forecast needs 4")).to_be_visible()
    expect(opened.get_by_role("img", name=re.compile("covers .* of what the model is unsure about"))).to_be_visible()
    assert opened.evaluate("[...document.images].filter(image => !image.complete || !image.naturalWidth).length") == 0
    assert opened.locator("img").count() >= 24
    assert errors == []
