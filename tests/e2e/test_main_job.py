from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from al_core import workflow
from al_core.store import Dataset, Kind, Workspace
from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.navigation import go_to, press_button
from tests.e2e.server import running_app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def visitor(browser: Browser, home: Path) -> Iterator[Page]:
    """The first visitor of a fresh server, who finds the demo there."""
    with running_app(home) as address:
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 1000})
        context.set_default_timeout(TIMEOUT_MS)
        expect.set_options(timeout=TIMEOUT_MS)
        yield context.new_page()
        context.close()


@pytest.fixture
def prediction_file(tmp_path: Path) -> Path:
    """A model that is sure of every digit but the last ten."""
    probabilities = np.full((1797, 10), 0.01)
    probabilities[:, 0] = 0.91
    probabilities[-10:] = 0.1
    lines = [",".join(["filename", *map(str, range(10))])]
    lines += [f"digit_{row:04d}.png," + ",".join(map(str, values)) for row, values in enumerate(probabilities)]
    path = tmp_path / "my-model.csv"
    path.write_text("\n".join(lines))
    return path


def test_predictions_in_selected_filenames_out(
    visitor: Page, home: Path, prediction_file: Path, tmp_path: Path
) -> None:
    visitor.goto("/predictions")
    drop(visitor, prediction_file)
    expect(visitor.get_by_text("1,797 of 1,797 samples have a prediction")).to_be_visible()
    press_button(visitor, "Store and score")
    expect(visitor.get_by_text("Scored 1,797 images (3 scores)")).to_be_visible()
    # One for each score.
    expect(visitor.get_by_role("img", name="Histogram of")).to_have_count(3)

    go_to(visitor, "Explore")
    expect(visitor.get_by_role("radio", name="UMAP")).to_be_visible()

    go_to(visitor, "Select")
    set_number(visitor, "New images", 10)
    expect(visitor.get_by_role("spinbutton", name="Total labeled")).to_have_value("260")
    visitor.get_by_test_id("stRadio").get_by_text("ACTIVE_LEARNING", exact=True).click()
    visitor.get_by_test_id("stRadio").get_by_text("CORAL", exact=True).click()
    press_button(visitor, "Run selection")
    expect(visitor.get_by_role("heading", name="al-iteration-1")).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_role("heading", name="al-iteration-1")).to_be_visible()

    go_to(visitor, "Tags")
    with visitor.expect_download() as download:
        press_button(visitor, "Download al-iteration-1-added.txt")
    file = tmp_path / "selected.txt"
    download.value.save_as(file)
    assert file.read_text().splitlines() == added_by_the_selection(home)


def added_by_the_selection(home: Path) -> list[str]:
    with Workspace(home) as workspace:
        digits: Dataset = workspace.dataset("digits")
        tag = digits.tag("al-iteration-1")
        order = digits.arrays.read(digits.arrays.get(Kind.SELECTION, tag.id))
        assert set(tag.rows) - set(workflow.labeled_set(digits)) == set(order.tolist())
        assert len(order) == 10
        return digits.filenames(order)


def drop(page: Page, path: Path) -> None:
    """Drop a file onto the page as the mouse does, not by way of the file dialog."""
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, {type: "text/csv"}));
            return transfer;
        }""",
        [path.name, path.read_text()],
    )
    page.get_by_test_id("stFileUploaderDropzone").dispatch_event("drop", {"dataTransfer": transfer})


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_role("spinbutton", name=label)
    field.fill(str(value))
    field.press("Enter")
