import re
from html.parser import HTMLParser

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import NotFoundError
from al_core.formats import Labels, Predictions
from al_core.formats.labels.labels import LABEL_CLASS
from al_core.steps.round_plan import RoundPlan
from al_core.store import Dataset, Workspace
from al_core.types import Rows

HOSTILE = "<img src=x onerror=alert(1)>&\"'.png"


class Elements(HTMLParser):
    """Collects the elements of a page and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        assert not any(name.startswith("on") for name, _ in attrs)


def label(dataset: Dataset, rows: Rows) -> None:
    n = len(rows)
    table = np.array([(position, 0) for position in range(n)], LABEL_CLASS)
    nan = np.full(n, np.nan)
    labels = Labels(
        dataset.filenames(rows), ["cat", "dog"], "classification", [""] * n, nan, np.full((n, 2), np.nan), classes=table
    )
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))


def test_a_report_has_the_curve_from_test_labels_and_the_refused_forecast(workspace: Workspace) -> None:
    names = [f"{row}.png" for row in range(400)]
    dataset = workspace.create_dataset("animals", names)
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 40, name="round 1", seed=1, test_share=0.5))
    label(dataset, selection.added_rows)
    # Right on all: every label says cat.
    predictions = Predictions(names, ["cat", "dog"], np.tile(np.array([0.75, 0.25], np.float32), (400, 1)))
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name="model 1")
    page = workflow.report(dataset, selection.tag)
    # 20 of 20 right: Wilson's lower end is 20 / (20 + 1.96²).
    assert "20 training labels: 100.0% (83.9% to 100.0%), from 20 labels" in page
    assert "Every model is judged on all 20 test labels there are" in page
    assert "1 round; a forecast needs 4" in page
    assert "No price and value" not in page.split("<ul>")[0]
    assert "no price and value of a point are set" in page


def test_hostile_names_are_text_and_nothing_is_loaded(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("animals", [HOSTILE, "b.png"])
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="round 1", seed=1))
    page = workflow.report(dataset, selection.tag)
    elements = Elements()
    elements.feed(page)
    assert not {"script", "img"} & set(elements.names)
    assert elements.sources == []
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "No accuracy yet" in page


def test_images_are_inside_the_page(digits_page: str) -> None:
    elements = Elements()
    elements.feed(digits_page)
    # The picked ones and those in the middle of the uncovered regions.
    assert len(elements.sources) == 24 + 3
    assert all(source.startswith("data:image/webp;base64,") for source in elements.sources)
    assert "prefers-color-scheme: dark" in digits_page
    assert len(digits_page) < 500_000


def test_a_report_shows_the_selection_beside_twenty_random_draws(digits_page: str) -> None:
    section = digits_page.split("<h2>Against RANDOM, before any label</h2>")[1].split("</section>", maxsplit=1)[0]
    assert section.count('class="random"') == 3 * 20
    assert section.count('class="selected"') == 3
    assert re.search(r"<p>Covers \d+% of the data; RANDOM \d+% to \d+%\.</p>", section)
    assert section.count("not covered: about") == 3


def test_a_report_says_what_the_labels_have_cost(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("animals", ["a.png", "b.png"])
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="round 1", seed=1))
    assert "Spent on labels" not in workflow.report(dataset, selection.tag)
    workflow.save_round_plan(dataset, RoundPlan(price_per_image=0.25))
    assert "<p>Spent on labels so far: € 0.50.</p>" in workflow.report(dataset, selection.tag)


@pytest.fixture
def digits_page(demo_home: object) -> str:
    with Workspace(demo_home) as workspace:  # type: ignore[arg-type]  # a path
        # Other tests copy this workspace: the card that the report computes is not stored in it.
        dataset = workspace.read_only().dataset("digits")
        return workflow.report(dataset, dataset.tag("initial-selection"))


def test_a_tag_that_no_selection_made_has_no_report(dataset: Dataset) -> None:
    with pytest.raises(NotFoundError, match="was not made by a selection"):
        workflow.report(dataset, dataset.tag("initial-tag"))
