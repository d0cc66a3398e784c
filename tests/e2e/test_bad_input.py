from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

GIGABYTE = 1 << 30


@pytest.fixture
def three_gigabytes(tmp_path: Path) -> Path:
    """A sparse file: it has its size, and takes no room on the disk."""
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(3 * GIGABYTE)
    return path


def test_an_upload_above_the_limit_is_refused_with_the_limit(page: Page, three_gigabytes: Path) -> None:
    page.goto("/predictions")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(three_gigabytes)
    expect(page.get_by_text("File must be 2.0GB or smaller.")).to_be_visible()
    expect(page.get_by_role("button", name="Store and score")).to_have_count(0)


def test_a_filename_with_markup_is_shown_as_text(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "markup.csv"
    path.write_text('filename,cat,dog\n"<script>alert(1)</script>.png",0.5,0.5\ndigit_0000.png,0.5,0.5\n')
    page.on("dialog", lambda dialog: pytest.fail("a filename ran as a script"))
    page.goto("/predictions")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
    expect(page.get_by_text("<script>alert(1)</script>.png")).to_be_visible()
