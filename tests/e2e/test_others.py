"""Somebody else changes the dataset that a page shows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from al_core.demos import digits
from al_core.remote import RemoteWorkspace
from al_core.store import Dataset


@pytest.fixture
def theirs(page: Page, streamlit_server: str, tmp_path: Path, wait_until_idle: Callable[[], None]) -> Iterator[Dataset]:
    """The demo as somebody else has it, over HTTP, while it is open on Tags."""
    page.goto("/tags")
    wait_until_idle()
    dataset = RemoteWorkspace(streamlit_server, None, tmp_path).dataset(digits.NAME)
    yield dataset
    dataset.delete_tag(dataset.tag("batch-3"))


def test_what_others_store_is_said_without_a_click_and_without_redrawing_the_page(page: Page, theirs: Dataset) -> None:
    line = page.locator(".changes")
    expect(line).to_be_hidden()
    # Not sent yet: a run of the page would put the name of the tag back.
    name = page.get_by_label("New name")
    name.press_sequentially("half a name")
    typed = name.input_value()
    theirs.create_tag("batch-3", np.array([0]))
    expect(line.get_by_text("others stored the tag “batch-3”.")).to_be_visible()
    expect(name).to_have_value(typed)
    line.get_by_role("button", name="Reload").click()
    expect(line).to_be_hidden()
