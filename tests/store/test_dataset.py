import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError, NotFoundError
from al_core.store import INITIAL_TAG, Dataset, Kind, Provenance, TagOrigin, TagRole, Workspace


def test_filenames_are_found_by_row_and_rows_by_filename(dataset: Dataset) -> None:
    assert dataset.filenames(np.array([4, 0])) == ["e.png", "a.png"]
    assert dataset.rows_of(["f.png", "zebra.png", "a.png"]).tolist() == [5, -1, 0]


def test_few_filenames_of_many_are_found_in_the_order_asked_for(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("many", [f"{row}.png" for row in range(100)])
    asked = ["99.png", "none.png", "7.png", "99.png", "0.png"]
    assert dataset.rows_of(asked).tolist() == [99, -1, 7, 99, 0]
    assert dataset.rows_of([]).tolist() == []


def test_the_initial_tag_holds_every_row(dataset: Dataset) -> None:
    tag = dataset.tag(INITIAL_TAG)
    assert (tag.rows.tolist(), tag.size, tag.n_samples, tag.parent_id) == ([0, 1, 2, 3, 4, 5], 6, 6, None)


def test_bit_k_of_a_mask_is_row_k(dataset: Dataset) -> None:
    assert dataset.create_tag("odd rows", np.array([5, 1, 3])).mask == bytes([0b101010])


def test_tags_come_newest_first(dataset: Dataset) -> None:
    for name in ("first", "second"):
        dataset.create_tag(name, np.array([0]))
    assert [tag.name for tag in dataset.tags()] == ["second", "first", INITIAL_TAG]


def test_a_tag_name_is_taken_once(dataset: Dataset) -> None:
    dataset.create_tag("first", np.array([0]))
    with pytest.raises(AlreadyExistsError, match="There already exists a tag with tag_name first"):
        dataset.create_tag("first", np.array([1]))


def test_a_free_tag_name_has_the_first_number_that_no_tag_has(dataset: Dataset) -> None:
    assert dataset.free_tag_name("round ") == "round 1"
    for number in (1, 3):
        dataset.create_tag(f"round {number}", np.array([0]))
    assert dataset.free_tag_name("round ") == "round 2"


@pytest.mark.parametrize("name", ["", "a", "<b>bold</b>", "=1+1", "a\nb", "x" * 201])
def test_a_tag_name_outside_the_rules_is_refused(dataset: Dataset, name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not allowed"):
        dataset.create_tag(name, np.array([0]))


def test_an_unknown_tag_is_answered_with_the_existing_ones(dataset: Dataset) -> None:
    with pytest.raises(NotFoundError, match=r"no tag 'finale'; its tags are: 'initial-tag'"):
        dataset.tag("finale")


def test_only_leaves_are_deleted(dataset: Dataset) -> None:
    parent = dataset.create_tag("parent", np.array([0]))
    child = dataset.create_tag("child", np.array([0, 1]), TagOrigin(parent=parent))
    with pytest.raises(NotAllowedError, match="has children: delete child first"):
        dataset.delete_tag(parent)
    dataset.delete_tag(child)
    dataset.delete_tag(parent)
    assert [tag.name for tag in dataset.tags()] == [INITIAL_TAG]


def test_the_initial_tag_is_neither_deleted_nor_renamed(dataset: Dataset) -> None:
    initial = dataset.tag(INITIAL_TAG)
    with pytest.raises(NotAllowedError, match="cannot be deleted"):
        dataset.delete_tag(initial)
    with pytest.raises(NotAllowedError, match="keeps its name"):
        dataset.rename_tag(initial, "everything")


def test_a_renamed_tag_keeps_its_rows(dataset: Dataset) -> None:
    tag = dataset.create_tag("before", np.array([2]))
    dataset.rename_tag(tag, "after")
    assert dataset.tag("after").rows.tolist() == [2]


@pytest.mark.parametrize(
    ("stored", "role"),
    [
        ({}, TagRole.REGION),
        ({"operation": "exploring"}, TagRole.REGION),
        ({"operation": "duplicates"}, TagRole.DUPLICATES),
        ({"config": {"method": "CORAL"}}, TagRole.SELECTION),
        ({"operation": "list", "role": "labeled"}, TagRole.LABELED),
        ({"operation": "duplicates", "role": "a word of a later version"}, TagRole.DUPLICATES),
        ({"role": ["labeled"]}, TagRole.REGION),
    ],
)
def test_a_tag_has_the_role_it_was_given_or_the_one_that_follows_from_how_it_was_made(
    dataset: Dataset, stored: dict[str, object], role: TagRole
) -> None:
    assert dataset.create_tag("tag", np.array([0]), TagOrigin(provenance=Provenance.from_json(stored))).role is role


def test_the_initial_tag_is_all_and_a_tag_that_went_on_from_a_labeled_one_a_selection(dataset: Dataset) -> None:
    initial = dataset.tag(INITIAL_TAG)
    assert initial.role is TagRole.ALL
    assert dataset.create_tag("by a client", np.array([0]), TagOrigin(labeled=initial)).role is TagRole.SELECTION


def test_a_tag_is_marked_as_labeled_and_back(dataset: Dataset) -> None:
    tag = dataset.create_tag("week 29", np.array([0]), TagOrigin(provenance=Provenance("exploring")))
    dataset.set_tag_role(tag, TagRole.LABELED)
    marked = dataset.tag("week 29")
    assert (marked.role, marked.original_role, marked.counts_as_labeled) == (TagRole.LABELED, TagRole.REGION, True)
    dataset.set_tag_role(marked, marked.original_role)
    assert dataset.tag("week 29").provenance == Provenance("exploring", role=TagRole.REGION)


def test_only_a_selection_makes_a_selection_and_the_initial_tag_stays_all(dataset: Dataset) -> None:
    tag = dataset.create_tag("region", np.array([0]))
    with pytest.raises(NotAllowedError, match="tag 'region' cannot become selection"):
        dataset.set_tag_role(tag, TagRole.SELECTION)
    with pytest.raises(NotAllowedError, match="keeps its role"):
        dataset.set_tag_role(dataset.tag(INITIAL_TAG), TagRole.LABELED)


def test_equal_arrays_have_equal_digests_and_others_do_not(dataset: Dataset) -> None:
    arrays = {"zeros": np.zeros(6), "again": np.zeros(6), "ones": np.ones(6), "flat": np.zeros((6, 1))}
    dataset.arrays.save(Kind.SCORE, arrays)
    digest = {score.name: score.digest for score in dataset.arrays.all(Kind.SCORE)}
    assert digest["zeros"] == digest["again"]
    assert len(set(digest.values())) == 3


def test_a_stored_array_cannot_be_written_to(dataset: Dataset) -> None:
    embedding = dataset.arrays.read(dataset.arrays.get(Kind.EMBEDDING, "default"))
    with pytest.raises(ValueError, match="read-only"):
        embedding[0] = 0
