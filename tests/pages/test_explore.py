from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.explore.filters import Filters, Range
from al_core.steps.views import ViewOrigin, save_view
from al_core.store import Dataset, Kind, Workspace
from tests.pages.conftest import Open
from tests.pages.explore_page import MARGIN, count, explore
from tests.pages.test_pages import button, field
from ui.explore import columns
from ui.explore.filters import filters_key
from ui.explore.gallery import captions_of
from ui.explore.map import map_key
from ui.session import Key


def test_all_filters_together_decide_what_is_shown(open_page: Open, pairs: Dataset) -> None:
    app = open_page("explore")
    for wanted, n in (
        (Filters(), 4),
        (Filters({MARGIN: Range(low=0.4)}), 2),
        (Filters({MARGIN: Range(is_missing=True)}), 1),
        (Filters({"width": Range(low=48), MARGIN: Range(low=0.4)}), 1),
        (Filters(classes=("cat",)), 2),
        (Filters(tags=("checked",)), 2),
        (Filters(without_tags=("checked",), classes=("dog",)), 1),
        (Filters(filename="C.P"), 1),
        (Filters({"deleted since": Range(low=1)}, tags=("checked",)), 2),
    ):
        app.session_state[filters_key(pairs)] = wanted
        assert count(app.run()) == f"{n} of 4 images", wanted


def test_texts_of_the_metadata_filter_and_have_a_chip(open_page: Open, pairs: Dataset) -> None:
    pairs.arrays.save(Kind.CATEGORY, {"place": np.array([0, 1, -1, 1], dtype=np.int32)}, {"names": ["farm", "road"]})
    app = explore(open_page, pairs)
    next(box for box in app.multiselect if box.label == "place").set_value(["road"]).run()
    assert app.session_state[filters_key(pairs)].categories == {"place": ("road",)}
    assert count(app) == "2 of 4 images"
    button(app, "place road").click().run()
    assert count(app) == "4 of 4 images"


def test_a_chip_removes_its_filter_and_clear_all_removes_every_one(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs, ranges={MARGIN: Range(low=0.4)}, classes=("dog",), filename="c")
    button(app, "predicted dog").click().run()
    assert app.session_state[filters_key(pairs)].classes == ()
    assert count(app) == "1 of 4 images"
    button(app, "Clear all").click().run()
    assert count(app) == "4 of 4 images"


def test_an_outline_on_the_map_filters_until_its_chip_is_clicked(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs)
    square = [[-1, -1], [2, -1], [2, 2], [-1, 2]]
    app.session_state[map_key(pairs)] = {"selection": {"polygon": square, "colors": MARGIN}}
    app.run()
    assert count(app) == "2 of 4 images"
    app.session_state[map_key(pairs)] = {
        "selection": {"polygon": square, "generation": app.session_state[Key.MAP_ROUND]}
    }
    button(app, "drawn on the map").click().run()
    assert count(app) == "4 of 4 images"


def test_a_selection_becomes_a_tag_in_one_click(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs, ranges={MARGIN: Range(low=0.4)})
    button(app, "New tag").click().run()
    tag = pairs.tag("explored-1")
    assert tag.rows.tolist() == [1, 2]
    assert tag.provenance.filters == (f"{MARGIN} from 0.4",)
    assert field(app, "Name of the tag").value == "explored-2"


def test_the_name_of_a_tag_is_fresh_after_each_one(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs)
    field(app, "Name of the tag").input("my pick").run()
    button(app, "New tag").click().run()
    assert pairs.tag("my pick").size == 4
    assert field(app, "Name of the tag").value == "explored-1"
    button(app, "New tag").click().run()
    assert pairs.tag("explored-1").size == 4


def test_a_page_without_images_has_its_heading(workspace: Workspace, open_page: Open) -> None:
    workspace.create_dataset("nothing yet")
    app = open_page("explore")
    assert [title.value for title in app.title] == ["Explore"]
    assert "has no images yet" in app.info[0].value


def leads_to_select(app: AppTest) -> bool:
    return "Go on to Select" in [link.proto.label for link in app.get("page_link")]


def test_a_selection_becomes_the_query_set_in_one_click(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs, classes=("cat",))
    button(app, "Select from these").click().run()
    assert leads_to_select(app)
    # A map that comes at this moment runs the page again before the browser has followed.
    assert leads_to_select(app.run())
    app.switch_page("../pages/select.py").run()
    assert next(box for box in app.selectbox if box.label == "Choose from").value == "explored-1"
    assert not leads_to_select(app.switch_page("../pages/explore.py").run())


def test_when_no_sample_is_left_the_page_says_so_and_disables_its_actions(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs, filename="zebra")
    assert "No image passes all filters" in app.info[-1].value
    new_tag = button(app, "New tag")
    assert (new_tag.disabled, new_tag.help) == (True, "No image is left: remove a filter first")


@pytest.mark.parametrize(("landmarks", "is_said"), [(100_000, True), (None, False)])
def test_a_umap_made_from_landmarks_says_so(
    open_page: Open, pairs: Dataset, landmarks: int | None, is_said: bool
) -> None:
    embedding = pairs.arrays.get(Kind.EMBEDDING, "default")
    save_view(pairs, embedding, np.zeros((4, 2), np.float32), ViewOrigin(embedding.digest, "UMAP", 0, landmarks))
    captions = [caption.value for caption in explore(open_page, pairs).caption]
    assert any("laid out 100,000 chosen at random" in caption for caption in captions) == is_said


def test_a_dataset_without_embeddings_and_scores_says_what_is_missing(workspace: Workspace, open_page: Open) -> None:
    dataset = workspace.create_dataset("names only", ["a.png", "b.png"])
    app = explore(open_page, dataset)
    sentences = [info.value for info in app.info]
    assert any("as soon as there is an embedding" in sentence for sentence in sentences)
    assert any("as soon as there are scores" in sentence for sentence in sentences)
    assert count(app) == "2 of 2 images"


def test_the_caption_of_an_image_is_its_value_as_people_write_it(pairs: Dataset) -> None:
    workflow.store_scores(pairs, np.arange(4), {MARGIN: [0.0, 0.5, 1.0, 0.25]})
    score = columns.number_columns(pairs)[MARGIN]
    assert [captions_of(score, np.array([2, 1]))(position) for position in range(2)] == ["1.000", "0.500"]
    years = replace(
        score, stored=replace(score.stored, kind=Kind.METADATA), values=np.array([1999, np.nan, np.inf, 0.5])
    )
    said = captions_of(years, np.arange(4))
    assert [said(position) for position in range(4)] == ["1,999", "no value", "inf", "0.500"]
    assert captions_of(None, np.array([1234]))(0) == "1,234"


def test_images_are_sorted_by_the_first_column_that_tells_them_apart(pairs: Dataset) -> None:
    numbers = columns.number_columns(pairs)
    width = numbers["width"]
    flat = replace(width, stored=replace(width.stored, digest="of one camera"), values=np.array([64, 64, np.nan, 64]))
    assert columns.first_that_varies({"flat": flat, **numbers}) == MARGIN
    assert columns.first_that_varies({"flat": flat}) == "flat"
    assert columns.first_that_varies({}) is None
