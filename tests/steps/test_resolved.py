"""A selection stays what it was when columns, tags and predictions change after it."""

from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.config import AtMost, Between, Budget, Column, Pattern, SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.formats import MetadataTable, Predictions
from al_core.selection import Groups
from al_core.steps.manifest import make_manifest, manifest_digest, repeat
from al_core.steps.outlook import shortfalls
from al_core.steps.resolved import PredictionSource, Resolved, pack, unpack
from al_core.steps.selections import selection_of
from al_core.store import Dataset, Kind, Workspace
from al_core.store.provenance import ArraySource
from tests.steps.shop import FILENAMES, N_ROWS, OPTIONS, make_shop
from tests.steps.test_goal_arrays import config_with


@pytest.fixture
def shop(workspace: Workspace) -> Dataset:
    return make_shop(workspace)


def change_everything(shop: Dataset) -> None:
    """Replace every column, delete every tag that a goal or limit names, and store a model that sees other classes."""
    sharpness = MetadataTable(list(FILENAMES), {"sharpness": np.arange(float(N_ROWS))[::-1].copy()}, {})
    workflow.store_metadata(shop, sharpness, workflow.check_predictions(shop, sharpness))
    for name in ("hard", "duplicates"):
        shop.delete_tag(shop.tag(name))
    dog = np.linspace(0.1, 0.9, N_ROWS, dtype=np.float32)
    predictions = Predictions(list(FILENAMES), ["cat", "dog"], np.column_stack([1 - dog, dog]))
    workflow.store_predictions(shop, predictions, workflow.check_predictions(shop, predictions), name="later")


@pytest.mark.parametrize("kind", OPTIONS)
def test_a_selection_is_repeated_and_edited_by_what_it_was_made_from(shop: Dataset, kind: str) -> None:
    selection = workflow.run_selection(shop, config_with(kind))
    row = int(selection.added_rows[0])
    manifest = make_manifest(shop, selection.tag)
    replacement = workflow.next_best(shop, selection, [], row)
    costs = workflow.limit_costs(shop, selection)
    counts = [(table.by, table.picked.tolist()) for table in workflow.group_counts(shop, selection)]
    change_everything(shop)
    assert repeat(shop, manifest).tolist() == selection.added_rows.tolist()
    assert make_manifest(shop, selection.tag)["resolved"] == manifest["resolved"]
    again = selection_of(shop, selection.tag)
    assert workflow.next_best(shop, again, [], row) == replacement
    assert workflow.limit_costs(shop, again) == costs
    tables = [(table.by, table.picked.tolist()) for table in workflow.group_counts(shop, again)]
    if kind in ("balance", "at-most", "apart"):
        # Predicted classes are those of the current model where the selection counted none.
        assert tables[1:] == counts[1:]
    # What an edit leaves stands on the same ground.
    edited = workflow.edit_selection(shop, again, [replacement], name="edited")
    assert shop.arrays.get(Kind.RESOLVED, edited.tag.id).digest == manifest["resolved"]["digest"]


def test_what_falls_short_is_counted_as_it_was(shop: Dataset) -> None:
    selection = workflow.run_selection(shop, config_with("quota"))
    before = shortfalls(shop, selection)
    change_everything(shop)
    assert shortfalls(shop, selection) == before


def test_a_manifest_is_repeated_where_the_names_stand_for_the_same(
    shop: Dataset, workspace: Workspace, tmp_path: Path
) -> None:
    config = SelectionConfig("RANDOM", 4, name="here", seed=1, limits=[AtMost(1, per=Pattern("patient_{}_*"))])
    manifest = make_manifest(shop, workflow.run_selection(shop, config).tag)
    with Workspace(tmp_path / "elsewhere") as other:
        assert len(repeat(make_shop(other), manifest)) == 3
    by_column = SelectionConfig("RANDOM", 4, name="there", seed=1, limits=[Between("sharpness", 2, 7)])
    selection = workflow.run_selection(shop, by_column)
    manifest = make_manifest(shop, selection.tag)
    without = {name: value for name, value in manifest.items() if name != "resolved"}
    assert manifest_digest(manifest) != manifest_digest(without)
    with Workspace(tmp_path / "changed") as other:
        changed = make_shop(other)
        change_everything(changed)
        with pytest.raises(MissingInputError, match="has changed in dataset 'shop' since"):
            repeat(changed, manifest)


def test_what_names_stood_for_goes_and_comes_back_with_its_tag(shop: Dataset, workspace: Workspace) -> None:
    selection = workflow.run_selection(shop, config_with("at-most"))
    shop.delete_tag(selection.tag)
    assert shop.arrays.find(Kind.RESOLVED, selection.tag.id) is None
    [tombstone] = [each for each in workspace.tombstones.all(shop.id) if each.name == selection.tag.name]
    workspace.tombstones.restore(tombstone.id)
    assert shop.arrays.find(Kind.RESOLVED, selection.tag.id) is not None


def test_plain_selections_keep_nothing_more(shop: Dataset) -> None:
    selection = workflow.run_selection(shop, SelectionConfig("CORESET", 2, name="plain", seed=1))
    assert shop.arrays.find(Kind.RESOLVED, selection.tag.id) is None
    assert "resolved" not in make_manifest(shop, selection.tag)
    priced = SelectionConfig("RANDOM", -1, name="priced", budget=Budget(1, "money", per_image=0.5))
    assert len(workflow.run_selection(shop, priced).added_rows) == 2


def test_bytes_are_the_same_for_the_same_content_and_read_as_they_were_written() -> None:
    resolved = Resolved(
        {"camera": Groups(np.array([0, -1, 300]), tuple(map(str, range(301)))), "frame": np.array([1.5, np.nan])},
        {"hard\nimages": np.array([70_000])},
        np.array([3, 4]),
        PredictionSource("detection", ArraySource("model é", "ab"), 0.25),
    )
    content = pack(resolved)
    assert np.array_equal(content, pack(resolved))
    again = unpack(content)
    camera = again.columns["camera"]
    assert isinstance(camera, Groups)
    assert (camera.codes.tolist(), len(camera.names)) == ([0, -1, 300], 301)
    assert np.array_equal(np.asarray(again.columns["frame"]), [1.5, np.nan], equal_nan=True)
    assert again.similar["hard\nimages"].tolist() == [70_000]
    assert (again.excluded.tolist(), again.predictions) == ([3, 4], resolved.predictions)
    assert Column("camera").key in again.columns
