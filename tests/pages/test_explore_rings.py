"""The rings around images of tags on the map of Explore."""

import numpy as np

from al_core import workflow
from al_core.store import Dataset, TagOrigin, TagRole
from tests.pages.conftest import Open
from tests.pages.explore_page import explore, ringed
from tests.pages.test_pages import button
from ui.embedding_map import Rings
from ui.explore.rings import NOTHING, PROGRESS, progress_rings, rings_of


def names(rings: Rings) -> list[str]:
    return [ring.name for ring in rings.by_kind().values() if ring]


def rows_by_name(rings: Rings) -> dict[str, list[int]]:
    return {ring.name: sorted(ring.rows.tolist()) for ring in rings.by_kind().values() if ring}


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
