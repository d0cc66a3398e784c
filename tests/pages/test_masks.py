"""Pages ask for names, roles, dates and counts of tags; masks are megabytes where a dataset has many images."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import Row

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.store import Dataset, LocalDataset, Tag, TagRole
from al_core.store import tags as tags_module
from tests.pages.conftest import Open

PAGES = ("datasets", "predictions", "explore", "select", "rounds", "tags")
N_SELECTIONS = 5


@pytest.fixture
def rounds(digits: Dataset) -> Dataset:
    """A dataset with labeled, sent and drafted selections, the newest of them `al-iteration-5`."""
    for number in range(1, N_SELECTIONS + 1):
        config = SelectionConfig(SamplingMethod.RANDOM, 100 + 10 * number, name=f"al-iteration-{number}", seed=number)
        tag = workflow.run_selection(digits, config).tag
        if number < 3:
            digits.set_tag_role(tag, TagRole.LABELED)
    digits.create_tag("a region", np.arange(7))
    return digits


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_all_tags_with_their_masks(
    rounds: Dataset, open_page: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: LocalDataset) -> None:
        raise AssertionError("all masks were read")

    monkeypatch.setattr(LocalDataset, "tags", refuse)
    assert rounds.tag_summaries()[0].name == "a region"
    open_page(page)


def test_the_cards_of_datasets_read_the_masks_of_what_is_labeled_and_of_the_last_round_alone(
    rounds: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: set[str] = set()
    read = tags_module._tag

    def tag_of(row: Row[Any]) -> Tag:
        names.add(row.name)
        return read(row)

    monkeypatch.setattr(tags_module, "_tag", tag_of)
    app = open_page("datasets")
    assert any("tag “a region”" in caption.value for caption in app.caption)
    assert {name for name in names if name.startswith("al-iteration")} == {
        "al-iteration-1",
        "al-iteration-2",
        f"al-iteration-{N_SELECTIONS}",
    }
    assert "a region" not in names
