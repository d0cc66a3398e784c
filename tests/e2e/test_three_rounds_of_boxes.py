"""Three rounds of a detector on a folder of one's own: boxes come back as COCO, YOLO and CVAT write them.

mAP is shown from thirty test images on, which the third round brings; until then the page says what is missing.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from al_core import workflow
from al_core.store import Workspace
from al_core.text import percent
from tests import box_project as project
from tests.e2e.conftest import Traffic
from tests.e2e.navigation import clicks, count_clicks, go_to, press_button, wait_for_run
from tests.e2e.server import running_app
from tests.e2e.test_main_job import set_number
from tests.e2e.test_three_rounds import download, next_step

N_NEW = 100
N_LATE = 5
"""Images of the first round whose labels come with those of the second."""

CLICKS_TO_THE_FIRST_LIST = 7
"""From the page Datasets: the tab, embed, Predictions, store, choose images, run, download."""
CLICKS_OF_THREE_ROUNDS = 21
"""Those seven, four until the first model is stored, and five in each further round, beside an answer to each question
about images without objects, which not every batch has. Dropping a file is none."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that has offered its demo before, so that it starts empty."""
    home = tmp_path_factory.mktemp("workspace")
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    return home


@pytest.fixture(scope="module")
def streamlit_server(home: Path) -> Iterator[str]:
    with running_app(home) as address:
        yield address


def test_three_rounds_of_a_detector_end_in_its_map(page: Page, home: Path, tmp_path: Path, traffic: Traffic) -> None:
    count_clicks(page)
    embed(page, project.write_photos(tmp_path / "photos"))
    start_from_a_detector(page, project.coco_results(tmp_path, n_trained=0))
    first = choose(page, tmp_path)
    assert clicks(page) == CLICKS_TO_THE_FIRST_LIST

    go_to(page, "Rounds")
    expect(next_step(page)).to_contain_text(f"{N_NEW} images of “al-iteration-1” are with labelers")
    n_answers = bring_back(page, project.coco_export(tmp_path, first[N_LATE:]), N_NEW - N_LATE)
    expect(page.get_by_text("No mAP yet: drop the predictions of a model trained after this round.")).to_be_visible()
    n_trained = [train(page, tmp_path)]
    n_answers += store(page, project.yolo_results(tmp_path, n_trained[-1]))
    expect(page.get_by_text(re.compile(r"No mAP yet: \d+ test images; 30 are needed\."))).to_be_visible()
    expect(page.get_by_text(re.compile(r"mAP is shown after \d+ more test labels"))).to_be_visible()

    second = choose_next(page, tmp_path, 2)
    n_answers += bring_back(page, project.yolo_export(tmp_path, [*second, *first[:N_LATE]]), N_NEW + N_LATE)
    n_trained.append(train(page, tmp_path))
    n_answers += store(page, project.ultralytics_results(tmp_path, n_trained[-1]))
    expect(page.get_by_text("No mAP yet: 20 test images; 30 are needed.")).to_be_visible()

    third = choose_next(page, tmp_path, 3)
    n_answers += bring_back(page, project.cvat_export(tmp_path, third), N_NEW)
    n_trained.append(train(page, tmp_path))
    n_answers += store(page, project.coco_results(tmp_path, n_trained[-1]))
    assert clicks(page) == CLICKS_OF_THREE_ROUNDS + n_answers
    look_at_what_was_bought(page)
    expected = [project.mean_average_precision(tmp_path, images_of_test(home), n) for n in n_trained]
    open_report(page, download(page, "Download the report", tmp_path), expected)
    assert traffic.hosts == {"127.0.0.1"}


def embed(page: Page, photos: Path) -> None:
    page.goto("/datasets")
    page.get_by_role("tab", name="A folder on this machine").click()
    for label, text in (("Folder with the images", str(photos)), ("Name of the dataset", "store room")):
        field = page.get_by_role("textbox", name=label, exact=True)
        field.fill(text)
        field.press("Enter")
        wait_for_run(page)
    press_button(page, "Embed the images")
    expect(page.get_by_text(f"“store room” is ready: {project.N_IMAGES} images.")).to_be_visible()


def start_from_a_detector(page: Page, files: Sequence[Path]) -> None:
    """Drop what a detector says that has seen none of the images, and go on to Select."""
    go_to(page, "Predictions")
    put(page, files)
    expect(page.get_by_text("3 classes: ball, crate, flag")).to_be_visible()
    press_button(page, "Store and score")
    expect(page.get_by_text(f"Scored {project.N_IMAGES} images (8 scores)")).to_be_visible()
    wait_for_run(page)
    page.get_by_role("link", name="Choose images").click()
    expect(page.get_by_role("heading", name="Select", level=1)).to_be_visible()
    wait_for_run(page)


def put(page: Page, files: Sequence[Path]) -> None:
    """Drop files where the page waits for some, which is the first place on it."""
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)


def choose(page: Page, folder: Path) -> list[str]:
    set_number(page, "New images", N_NEW)
    expect(page.get_by_text(f"Adds {N_NEW} images, {N_NEW // 10} of them for testing")).to_be_visible()
    press_button(page, "Run selection")
    expect(page.get_by_role("heading", name="al-iteration-1", exact=True)).to_be_visible()
    return listed(page, "Download the selected filenames", folder)


def choose_next(page: Page, folder: Path, number: int) -> list[str]:
    """Choose as many images again, on the page itself."""
    wait_for_run(page)
    press_button(page, f"Choose the next batch as “al-iteration-{number}”")
    expect(next_step(page)).to_contain_text(f"“al-iteration-{number}” is a draft")
    filenames = listed(page, f"Download the list of {N_NEW} images", folder)
    expect(next_step(page)).to_contain_text(f"{N_NEW} images of “al-iteration-{number}” are with labelers")
    return filenames


def listed(page: Page, button: str, folder: Path) -> list[str]:
    wait_for_run(page)
    filenames = download(page, button, folder).read_text().splitlines()
    assert len(set(filenames)) == N_NEW
    wait_for_run(page)
    return filenames


def bring_back(page: Page, file: Path, n_labeled: int) -> int:
    """Drop a file of labels and store them; return how many questions were to be answered."""
    put(page, [file])
    expect(page.get_by_text(re.compile("samples have labels in"))).to_be_visible()
    n_answers = answer_if_asked(page, "Done: nothing is on them")
    expect(page.get_by_text(f"{n_labeled} of {project.N_IMAGES} samples have labels in")).to_be_visible()
    wait_for_run(page)
    press_button(page, "Store the labels")
    expect(next_step(page)).to_contain_text("without the test samples, and drop the new model's predictions")
    wait_for_run(page)
    return n_answers


def answer_if_asked(page: Page, answer: str) -> int:
    """Choose what images without an entry mean, and return 1, or 0 if there are none."""
    wait_for_run(page)
    is_asked = page.get_by_text(answer, exact=True).count()
    if is_asked:
        page.get_by_text(answer, exact=True).click()
    return is_asked


def train(page: Page, folder: Path) -> int:
    return project.n_trained_on(download(page, "Training labels", folder))


def store(page: Page, files: Sequence[Path]) -> int:
    """Drop predictions and store them; return how many questions were to be answered."""
    put(page, files)
    expect(page.get_by_text(re.compile("samples have a prediction in"))).to_be_visible()
    n_answers = answer_if_asked(page, "Nothing found")
    expect(page.get_by_text(f"{project.N_IMAGES} of {project.N_IMAGES} samples have a prediction in")).to_be_visible()
    wait_for_run(page)
    press_button(page, "Store and score")
    expect(next_step(page)).to_contain_text("has been trained after")
    wait_for_run(page)
    return n_answers


def look_at_what_was_bought(page: Page) -> None:
    expect(page.get_by_text("Every model is judged on all 30 test labels there are")).to_be_visible()
    expect(page.get_by_role("img", name="Learning curve")).to_be_visible()
    expect(page.get_by_text("mAP is not a mean of such").first).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"The last round: [+-][\d.]+\spoints .+ from the same 30 test images"))
    ).to_be_visible()
    for sign in ("The target is reached", "The next batch costs more", "Predictions hardly change any more"):
        expect(page.get_by_text(sign).first).to_be_visible()


def images_of_test(home: Path) -> list[str]:
    """The names of the labeled images of the reserve."""
    with Workspace(home) as workspace:
        dataset = workspace.dataset("store room")
        reserve = workflow.test_reserve(dataset)
        assert reserve
        return dataset.filenames(np.intersect1d(reserve.reserve.rows, workflow.labeled_set(dataset)))


def open_report(page: Page, file: Path, expected: list[float]) -> None:
    """Open the report from the disk: its table has the mAP of each model that pycocotools calculates."""
    opened = page.context.new_page()
    opened.goto(file.as_uri())
    expect(opened.get_by_role("heading", name="al-iteration-3", level=1)).to_be_visible()
    cells = opened.get_by_role("cell", name=re.compile(r"^[\d.]+% \([\d.]+% to [\d.]+%\), from 30 labels$"))
    # Two rounds may have the same figure.
    assert sorted(cell.split(" (")[0] for cell in cells.all_inner_texts()) == sorted(map(percent, expected))
