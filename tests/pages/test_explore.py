import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from al_core import workflow
from al_core.explore.address import Outline, View, read_view
from al_core.explore.filters import Filters, Range
from al_core.formats import Predictions
from al_core.steps.scores import ScoreOrigin
from al_core.steps.views import ViewOrigin, save_view
from al_core.store import Dataset, Kind, TagOrigin, TagRole, Workspace
from tests.pages.conftest import ROOT, Open
from tests.pages.test_pages import button, field
from tests.patience import PATIENCE
from tests.steps.test_labels import classes
from tests.steps.test_labels import store as store_labels
from ui.embedding_map import Rings, Values
from ui.explore import columns, groups
from ui.explore.color_scale import BY_RANK, EVENLY, ColorScale, store_scale
from ui.explore.colors import map_colors
from ui.explore.filters import filters_key
from ui.explore.gallery import captions_of
from ui.explore.map import map_key
from ui.explore.rings import NOTHING, PROGRESS, progress_rings, rings_of
from ui.images import PAGE_SIZE
from ui.session import Key

MARGIN = "uncertainty_margin"


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    """A workspace without the demo."""
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with Workspace(home) as workspace:
        yield workspace


@pytest.fixture
def pairs(workspace: Workspace) -> Dataset:
    """Four samples in two groups on the map, with predictions for three of them."""
    points = np.array([[0, 0], [1, 0], [10, 10], [11, 10]], np.float32)
    dataset = workflow.create_dataset(workspace, "pairs", ["a.png", "b.png", "c.png", "d.png"], points)
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [np.nan, np.nan]], np.float32)
    attributes = {"task": "classification", "class_names": ["cat", "dog"], "source": "test"}
    dataset.arrays.save(Kind.PREDICTION, {"model": probabilities}, attributes)
    workflow.store_scores(dataset, np.arange(3), {MARGIN: [0.2, 0.8, 0.4]}, origin=ScoreOrigin(prediction="model"))
    dataset.arrays.save(Kind.METADATA, {"width": np.array([64, 64, 32, 32])})
    dataset.create_tag("checked", np.array([0, 3]))
    return dataset


def explore(open_page: Open, dataset: Dataset, **wanted: Any) -> AppTest:
    app = open_page("explore")
    app.session_state[filters_key(dataset)] = Filters(**wanted)
    return app.run()


def ringed(app: AppTest) -> Selectbox[str]:
    return next(box for box in app.selectbox if box.label == "Highlight tag")


def names(rings: Rings) -> list[str]:
    return [ring.name for ring in rings.by_kind().values() if ring]


def rows_by_name(rings: Rings) -> dict[str, list[int]]:
    return {ring.name: sorted(ring.rows.tolist()) for ring in rings.by_kind().values() if ring}


def count(app: AppTest) -> str:
    return next(text.value for text in app.markdown if re.match(r"\*\*[\d,]+\*\* of ", text.value)).replace("*", "")


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


def test_a_new_tag_leaves_the_rings_as_they_are(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs)
    assert ringed(app).value == NOTHING
    ringed(app).set_value(pairs.tag("checked").id).run()
    button(app, "New tag").click().run()
    assert ringed(app).value == pairs.tag("checked").id


def test_the_rings_say_what_the_images_of_a_tag_are(pairs: Dataset) -> None:
    checked = pairs.tag("checked")
    assert names(rings_of(pairs, checked)) == ["in “checked”"]
    pairs.set_tag_role(checked, TagRole.LABELED)
    assert names(rings_of(pairs, pairs.tag("checked"))) == ["Labeled"]
    picked = pairs.create_tag("picked", np.array([0, 1, 3]), TagOrigin(labeled=checked, order=np.array([1])))
    rings = rings_of(pairs, picked)
    assert names(rings) == ["Labeled", "Selected"]
    assert rows_by_name(rings) == {"Labeled": [0, 3], "Selected": [1]}
    workflow.mark_sent(pairs, picked)
    assert names(rings_of(pairs, pairs.tag("picked"))) == ["Labeled", "Sent"]
    pairs.set_tag_role(checked, TagRole.REGION)
    assert names(rings_of(pairs, pairs.tag("picked"))) == ["Chosen before", "Sent"]
    assert names(rings_of(pairs, None)) == []


def test_rings_wait_until_the_batch_that_glows_is_picked(open_page: Open, digits: Dataset) -> None:
    app = open_page("explore")
    assert ringed(app).value == NOTHING
    button(app, "Pick these 32").click().run()
    assert ringed(app).value == PROGRESS


def test_rings_say_what_is_labeled_with_labelers_and_picked_last(open_page: Open, pairs: Dataset) -> None:
    pairs.set_tag_role(pairs.tag("checked"), TagRole.LABELED)
    first = pairs.create_tag(
        "round 1", np.array([0, 1, 3]), TagOrigin(labeled=pairs.tag("checked"), order=np.array([1]))
    )
    workflow.mark_sent(pairs, first)
    pairs.create_tag("round 2", np.arange(4), TagOrigin(labeled=first, order=np.array([2])))
    app = explore(open_page, pairs)
    assert ringed(app).value == PROGRESS
    assert rows_by_name(progress_rings(pairs)) == {"Labeled": [0, 3], "With labelers": [1], "Last pick: round 2": [2]}


def test_an_address_brings_back_colors_filters_rings_and_page(open_page: Open, pairs: Dataset) -> None:
    wanted = View(
        "tag",
        highlight="checked",
        filters=Filters({MARGIN: Range(low=0.3)}, classes=("dog",)),
        map="PCA",
        outline=Outline("PCA default", ((-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0))),
    )
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    for name, value in wanted.parameters():
        app.query_params[name] = value
    app.switch_page("../pages/explore.py").run()
    assert app.selectbox[0].value == "tag"
    assert ringed(app).value == pairs.tag("checked").id
    assert count(app) == "1 of 4 images"
    assert written_view(app) == wanted
    button(app, "drawn on the map").click().run()
    assert count(app) == "1 of 4 images"
    app.selectbox[0].set_value("width").run()
    assert written_view(app) == replace(wanted, color="width", map=None, outline=None)


def test_an_address_counts_once_and_not_over_what_was_changed_since(open_page: Open, pairs: Dataset) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    app.query_params["class"] = "cat"
    app.switch_page("../pages/explore.py").run()
    button(app, "Clear all").click().run()
    app.run()
    assert count(app) == "4 of 4 images"
    app.switch_page("../pages/tags.py").run()
    app.query_params["class"] = "dog"
    app.switch_page("../pages/explore.py").run()
    assert count(app) == "1 of 4 images"


def test_an_address_of_what_is_no_longer_there_shows_all_images(open_page: Open, pairs: Dataset) -> None:
    app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
    for name, value in (
        ("color", "gone"),
        ("tag", "gone"),
        ("highlight", "gone"),
        ("range", '["gone",1,2]'),
        ("page", "99"),
    ):
        app.query_params[name] = value
    app.switch_page("../pages/explore.py").run()
    assert count(app) == "4 of 4 images"
    assert app.selectbox[0].value == MARGIN
    assert chosen_highlight_of(app, pairs) is None


def test_an_address_opens_a_page_of_the_images_if_there_are_as_many(workspace: Workspace, open_page: Open) -> None:
    many = workspace.create_dataset("many", [f"{number}.png" for number in range(2 * PAGE_SIZE + 10)])
    for page, first_row in ((3, 2 * PAGE_SIZE), (99, 0)):
        app = AppTest.from_file(str(ROOT / "ui" / "navigation.py"), default_timeout=PATIENCE)
        app.query_params["dataset"] = many.id
        app.query_params["page"] = str(page)
        app.switch_page("../pages/explore.py").run()
        assert sent_to(app, "image_grid")["rows"][0] == first_row


def test_a_page_without_images_has_its_heading(workspace: Workspace, open_page: Open) -> None:
    workspace.create_dataset("nothing yet")
    app = open_page("explore")
    assert [title.value for title in app.title] == ["Explore"]
    assert "has no images yet" in app.info[0].value


def sent_to(app: AppTest, component: str) -> Any:
    """What the page has sent to a component of the browser."""
    messages = [element.proto for element in app.get("bidi_component")]
    return next(json.loads(message.json) for message in messages if message.component_name == component)


def written_view(app: AppTest) -> View | None:
    """The view that the page has the browser write into the address."""
    parameters: dict[str, list[str]] = defaultdict(list)
    for name, value in sent_to(app, "address")["parameters"]:
        parameters[name].append(value)
    return read_view(parameters)


def chosen_highlight_of(app: AppTest, dataset: Dataset) -> str | None:
    ringed_now: dict[str, str] = app.session_state[Key.RINGED]
    return ringed_now.get(dataset.id)


def test_a_score_that_uses_a_corner_of_its_scale_has_all_colors(pairs: Dataset) -> None:
    workflow.store_scores(pairs, np.arange(4), {MARGIN: [0.0, 0.02, 0.04, 0.06]})
    colors = map_colors(pairs, columns.number_columns(pairs), MARGIN)
    assert isinstance(colors, Values)
    codes, legend = colors.encode()
    assert codes.tolist() == [0, 86, 171, 254]
    assert (legend["low"], legend["openEnds"]) == (0, (False, True))


def test_the_colors_of_a_column_run_between_the_values_that_somebody_chose(pairs: Dataset) -> None:
    pairs.arrays.save(Kind.METADATA, {"distance": np.array([0.0, 0.0001, 0.0002, 100.0])})
    store_scale(pairs, "distance", ColorScale(BY_RANK, (0.0, 0.0002)))
    colors = map_colors(pairs, columns.number_columns(pairs), "distance")
    assert isinstance(colors, Values)
    assert (colors.by_rank, colors.low, colors.high, colors.open_ends) == (True, 0, 0.0002, (False, True))


def test_the_scale_of_the_colors_is_chosen_on_the_page_and_goes_back(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs)
    spread = next(group for group in app.button_group if group.label == "Spread of the colors")
    assert spread.value == EVENLY
    spread.set_value(BY_RANK).run()
    assert chosen_scale_of(app, pairs).spread == BY_RANK
    next(slider for slider in app.slider if slider.label == "Colors run from … to").set_value((0.3, 0.7)).run()
    assert chosen_scale_of(app, pairs).limits == pytest.approx((0.3, 0.7), abs=0.01)
    button(app, "Back to automatic").click().run()
    assert chosen_scale_of(app, pairs) == ColorScale()


def chosen_scale_of(app: AppTest, dataset: Dataset) -> ColorScale:
    scale: ColorScale = app.session_state[Key.COLOR_SCALES][dataset.id, MARGIN]
    return scale


def test_a_score_is_called_by_its_title_and_stored_by_its_name(open_page: Open, pairs: Dataset) -> None:
    app = explore(open_page, pairs, ranges={MARGIN: Range(low=0.4)})
    assert app.selectbox[0].options[0] == "Margin"
    assert app.selectbox[0].value == MARGIN
    assert "`uncertainty_margin`" in app.selectbox[0].help
    assert button(app, "Margin from 0.4")


def test_images_are_colored_by_label_right_or_wrong_round_and_changed_answer(open_page: Open, pairs: Dataset) -> None:
    pairs.create_tag("round 1", np.arange(4), TagOrigin(labeled=pairs.tag("checked"), order=np.array([2, 1])))
    store_labels(pairs, classes(["a.png", "c.png"], [0, 0]))
    store_model(pairs, "older", [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    store_model(pairs, "newer", [[0.9, 0.1], [0.2, 0.8], [0.2, 0.8], [0.1, 0.9]])
    app = explore(open_page, pairs)
    names = groups.group_names(pairs)
    by_older = "predicted class by older"
    assert names == ["predicted class", "label", "right or wrong", "changed answer", "round", "tag", by_older]
    assert "Predicted by “older”" in app.selectbox[0].options
    for name in names:
        app.selectbox[0].set_value(name).run()
    colors = {name: groups.group(pairs, name) for name in names}
    said = {name: group.codes.tolist() for name, group in colors.items() if group}
    assert said["predicted class"] == [0, 1, 1, 1]
    assert said["label"] == [0, -1, 0, -1]
    assert said["right or wrong"] == [0, -1, 1, -1]
    assert said["changed answer"] == [0, 1, 1, 0]
    assert said["round"] == [-1, 0, 0, -1]
    assert said[by_older] == [0, 0, 0, 1]


def store_model(dataset: Dataset, name: str, probabilities: list[list[float]]) -> None:
    predictions = Predictions(dataset.filenames(), ["cat", "dog"], np.array(probabilities, np.float32))
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name=name)


def test_the_colors_of_tags_say_how_large_each_tag_is(pairs: Dataset) -> None:
    pairs.create_tag("inside", np.array([3]))
    _, legend = columns.first_tag(pairs).encode()
    entries = [(entry["name"], entry["count"], entry["size"]) for entry in legend["entries"]]
    assert entries == [("in no tag", 2, 2), ("inside", 0, 1), ("checked", 2, 2)]


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


def test_the_map_takes_every_kind_of_color(open_page: Open, pairs: Dataset) -> None:
    app = open_page("explore")
    pairs.arrays.save(Kind.CATEGORY, {"place": np.array([0, 1, -1, 1], dtype=np.int32)}, {"names": ["farm", "road"]})
    for color in ("predicted class", "tag", "width", "place", "nothing"):
        app.selectbox[0].set_value(color).run()
        assert count(app) == "4 of 4 images"


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
