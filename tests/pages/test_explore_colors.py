"""What the images of Explore are colored by."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core import workflow
from al_core.explore.filters import Range
from al_core.formats import Predictions
from al_core.store import Dataset, Kind, TagOrigin
from tests.pages.conftest import Open
from tests.pages.explore_page import MARGIN, count, explore
from tests.pages.test_pages import button
from tests.steps.test_labels import classes
from tests.steps.test_labels import store as store_labels
from ui.embedding_map import Values
from ui.explore import columns, groups
from ui.explore.color_scale import BY_RANK, EVENLY, ColorScale, store_scale
from ui.explore.colors import map_colors
from ui.session import Key


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


def test_the_map_takes_every_kind_of_color(open_page: Open, pairs: Dataset) -> None:
    app = open_page("explore")
    pairs.arrays.save(Kind.CATEGORY, {"place": np.array([0, 1, -1, 1], dtype=np.int32)}, {"names": ["farm", "road"]})
    for color in ("predicted class", "tag", "width", "place", "nothing"):
        app.selectbox[0].set_value(color).run()
        assert count(app) == "4 of 4 images"
