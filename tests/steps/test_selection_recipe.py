import json
from dataclasses import replace

import numpy as np
import pytest

from al_core.config import SelectionConfig, Typical
from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotFoundError
from al_core.steps.selection_plan import SelectionInputs, make_selection
from al_core.steps.selection_recipe import resume_selection, write_recipe
from al_core.store import LocalDataset

CONFIG = SelectionConfig("CORESET", 3, name="three", goals=[Typical()], seed=5)


def written(config: SelectionConfig, inputs: SelectionInputs) -> dict[str, object]:
    """The recipe as it comes back from the catalog."""
    recipe: dict[str, object] = json.loads(json.dumps(write_recipe(config, inputs)))
    return recipe


def test_another_server_picks_the_same_rows_from_the_same_tags(dataset: LocalDataset) -> None:
    query = dataset.create_tag("query", np.array([0, 1, 2, 4, 5]))
    labeled = dataset.create_tag("labeled", np.array([0]))
    inputs = SelectionInputs(query, labeled, "default", follows_rounds=False, round_digest="abc")
    recipe = written(CONFIG, inputs)
    first = make_selection(dataset, CONFIG, inputs)
    dataset.delete_tag(first.tag)
    again = resume_selection(dataset, recipe)
    assert again.added_rows.tolist() == first.added_rows.tolist()
    moment = first.tag.provenance.sent_at
    assert replace(again.tag.provenance, sent_at=moment) == first.tag.provenance
    assert (again.tag.query_tag_id, again.tag.labeled_tag_id) == (query.id, labeled.id)


def test_a_selection_that_was_stored_before_its_server_ended_is_the_result(dataset: LocalDataset) -> None:
    recipe = written(CONFIG, SelectionInputs())
    stored = make_selection(dataset, CONFIG, SelectionInputs())
    assert resume_selection(dataset, recipe).tag == stored.tag
    assert len(dataset.tags()) == 2


def test_a_name_that_somebody_else_has_used_since_is_refused(dataset: LocalDataset) -> None:
    recipe = written(CONFIG, SelectionInputs())
    dataset.create_tag("three", np.array([0]))
    with pytest.raises(AlreadyExistsError, match="three"):
        resume_selection(dataset, recipe)


def test_a_tag_that_was_deleted_since_is_missed(dataset: LocalDataset) -> None:
    query = dataset.create_tag("query", np.array([0, 1, 2, 3]))
    recipe = written(CONFIG, SelectionInputs(query))
    dataset.delete_tag(query)
    with pytest.raises(NotFoundError):
        resume_selection(dataset, recipe)


def test_a_kind_of_job_that_a_later_version_knows_is_refused(dataset: LocalDataset) -> None:
    with pytest.raises(InvalidInputError, match="cannot go on with a job of the kind 'embedding'"):
        resume_selection(dataset, {"kind": "embedding"})
