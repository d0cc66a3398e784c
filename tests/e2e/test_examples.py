"""Each example file, dropped in the browser."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.navigation import go_to
from tests.e2e.server import running_app

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def test_each_example_dropped_on_the_page_is_recognised_and_matches_ten_samples(
    page: Page, wait_until_idle: Callable[[], None], tmp_path: Path
) -> None:
    with running_app(tmp_path) as address:
        page.goto(address)
        page.get_by_role("tab", name="From embeddings").click()
        page.get_by_label("Name", exact=True).fill("ten")
        page.keyboard.press("Enter")
        wait_until_idle()
        page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(EXAMPLES / "embeddings" / "csv.csv")
        page.get_by_role("button", name="Create dataset").click()
        expect(page.get_by_text("Created “ten” with 10 samples")).to_be_visible()
        go_to(page, "Predictions")
        for file in sorted(EXAMPLES.glob("predictions/*")) + sorted(EXAMPLES.glob("scores/*")):
            page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(file)
            expect(page.get_by_text(f"10 of 10 samples have a prediction in {file.name}.")).to_be_visible()
            expect(page.get_by_role("button", name="Store and score")).to_be_enabled()
            assert page.get_by_test_id("stAlertContentError").count() == 0, file.name
            page.get_by_role("button", name=f"Remove {file.name}").click()
            expect(page.get_by_role("button", name="Store and score")).to_have_count(0)
        wait_until_idle()
