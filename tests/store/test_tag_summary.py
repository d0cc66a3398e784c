"""What the catalog says of tags without reading their masks."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import Row

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.store import INITIAL_TAG, Kind, LocalDataset, Provenance, Tag, TagOrigin, TagRole, TagSummary, Workspace


@pytest.fixture
def many_kinds(dataset: LocalDataset) -> LocalDataset:
    """Tags of every role and origin."""
    first = workflow.run_selection(dataset, SelectionConfig(SamplingMethod.RANDOM, 2, name="first", seed=1)).tag
    dataset.mark_sent(first)
    dataset.release(first)
    second = workflow.run_selection(
        dataset, SelectionConfig(SamplingMethod.CORESET, 4, name="second", seed=1), labeled_tag=first
    ).tag
    dataset.mark_sent(second)
    dataset.set_tag_role(first, TagRole.LABELED)
    repeated = TagOrigin(provenance=Provenance("duplicates", threshold=0.3))
    dataset.create_tag("repeated", np.array([0, 5]), repeated)
    dataset.create_tag("united", np.array([0, 1]), TagOrigin(provenance=Provenance("union", ("first", "repeated"))))
    population = Provenance("population", ("1",), role=TagRole.REGION)
    dataset.create_tag("everybody", np.arange(6), TagOrigin(provenance=population))
    dataset.create_tag("by a client", np.array([3, 4]), TagOrigin(parent=first, labeled=first))
    dataset.create_tag("plain", np.array([], np.int64))
    return dataset


def test_summaries_say_of_tags_what_the_tags_say_themselves(many_kinds: LocalDataset) -> None:
    tags = many_kinds.tags()
    assert len(tags) == 8
    assert many_kinds.tag_summaries() == [TagSummary.of(tag) for tag in tags]


def test_a_summary_says_role_method_and_dates(many_kinds: LocalDataset) -> None:
    by_name = {summary.name: summary for summary in many_kinds.tag_summaries()}
    first = by_name["first"]
    assert (first.role, first.original_role, first.method) == (TagRole.LABELED, TagRole.SELECTION, "RANDOM")
    assert first.counts_as_labeled
    assert not first.is_sent
    assert first.released_at is not None
    assert by_name["second"].is_sent
    assert (by_name["second"].size, by_name["second"].n_samples) == (4, 6)
    assert by_name["repeated"].role is TagRole.DUPLICATES
    assert by_name["united"].sources == ("first", "repeated")
    assert by_name["everybody"].is_population
    assert by_name["by a client"].role is TagRole.SELECTION
    assert by_name[INITIAL_TAG].role is TagRole.ALL


def test_tags_of_some_ids_come_newest_first_without_those_that_are_gone(many_kinds: LocalDataset) -> None:
    wanted = [many_kinds.tag(name) for name in (INITIAL_TAG, "plain", "united")]
    many_kinds.delete_tag(wanted[2])
    assert many_kinds.tags_by_id([tag.id for tag in wanted]) == [wanted[1], wanted[0]]
    assert many_kinds.tags_by_id([]) == []


def test_tags_of_more_ids_than_a_statement_takes_are_found(dataset: LocalDataset) -> None:
    tag = dataset.create_tag("last", np.array([0]))
    unknown = [f"{number:024x}" for number in range(70_000)]
    assert dataset.tags_by_id([*unknown, tag.id]) == [tag]


def test_the_tags_of_a_sample_are_found_by_its_bit(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("many", [f"{row}.png" for row in range(19)])
    dataset.create_tag("low", np.array([0, 7, 8]))
    dataset.create_tag("high", np.array([8, 18]))
    assert dataset.tags_with(0) == ["low", INITIAL_TAG]
    assert dataset.tags_with(8) == ["high", "low", INITIAL_TAG]
    assert dataset.tags_with(18) == ["high", INITIAL_TAG]
    assert dataset.tags_with(9) == [INITIAL_TAG]


def test_what_is_labeled_or_sent_is_read_from_the_masks_of_those_tags_alone(
    workspace: Workspace, many_kinds: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from al_core.store import tags as tags_module

    names: list[str] = []
    read = tags_module._tag

    def tag_of(row: Row[Any]) -> Tag:
        names.append(row.name)
        return read(row)

    monkeypatch.setattr(tags_module, "_tag", tag_of)
    assert len(workflow.labeled_set(many_kinds)) == 2
    assert names == ["first"]
    names.clear()
    workflow.sent_set(many_kinds)
    assert names == ["second", "first"]
    assert many_kinds.arrays.all(Kind.SELECTION)
