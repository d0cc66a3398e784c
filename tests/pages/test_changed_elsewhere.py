"""What a page shows is never older than what another server has stored."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.formats import MetadataTable
from al_core.steps.loop import Loop, read_loop
from al_core.store import Dataset, Workspace
from tests.pages.conftest import Open, unescaped
from tests.pages.test_predictions import QUALITY, dropped
from tests.steps.shop import FILENAMES, N_ROWS, make_shop


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


def captions(app: AppTest) -> str:
    return "\n".join(unescaped(caption.value) for caption in app.caption)


def test_groups_are_previewed_as_the_column_is_by_now(shop: Dataset, open_page: Open) -> None:
    app = open_page("select")
    app.button(key="add-at-most").click().run()
    per = next(box for box in app.selectbox if box.label == "Per")
    per.set_value(next(option for option in per.options if option.endswith("sharpness"))).run()
    assert "8 groups, 1 image each" in captions(app)
    rough = MetadataTable(list(FILENAMES), {"sharpness": np.repeat([0.0, 1.0], N_ROWS // 2)}, {})
    workflow.store_metadata(shop, rough, workflow.check_predictions(shop, rough))
    assert "2 groups, 4 images each" in captions(app.run())


def test_a_file_is_compared_with_the_images_that_there_are_by_now(
    shop: Dataset, open_page: Open, workspace: Workspace
) -> None:
    app = dropped(open_page, quality__csv=QUALITY.replace("digit_0000.png", FILENAMES[0]))
    assert "1 of 8 samples have a score in quality.csv." in report(app)
    local = workspace.dataset("shop")
    local.samples.add("digit_0001.png", {})
    local.grow("added")
    assert "2 of 9 samples have a score in quality.csv." in report(app.run())


def report(app: AppTest) -> str:
    return next(text.value for text in app.markdown if " samples have a score" in text.value)


def test_where_a_dataset_stands_is_read_again_once_somebody_has_changed_it(
    shop: Dataset, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def read_and_note(dataset: Dataset) -> Loop:
        read.append(dataset.name)
        return read_loop(dataset)

    monkeypatch.setattr("ui.loop.standing.read_loop", read_and_note)
    app = open_page("tags")
    app.run()
    assert read == [shop.name]
    tag = shop.create_tag("elsewhere", np.arange(2))
    app.run()
    assert read == [shop.name, shop.name]
    shop.delete_tag(tag)
    app.run()
    assert len(read) == 3
