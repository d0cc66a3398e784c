import numpy as np
import pytest

from al_core.exceptions import NotAllowedError
from al_core.store import INITIAL_TAG, Provenance, Tag, TagRole
from al_core.store.records import SampleImage, mask_to_rows, rows_to_mask


def tag(name: str = "tag", labeled_tag_id: str | None = None, provenance: Provenance | None = None) -> Tag:
    mask = rows_to_mask(np.array([0, 9]), 10)
    return Tag("1", "2", name, mask, 2, 10, "3", None, labeled_tag_id, provenance or Provenance(), 0)


def test_a_mask_holds_its_rows_in_ascending_order() -> None:
    assert tag().rows.tolist() == [0, 9]
    assert mask_to_rows(rows_to_mask(np.array([3, 1, 3]), 4)).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("example", "role", "is_labeled"),
    [
        (tag(INITIAL_TAG), TagRole.ALL, False),
        (tag(), TagRole.REGION, False),
        (tag(labeled_tag_id="4"), TagRole.SELECTION, False),
        (tag(provenance=Provenance("duplicates")), TagRole.DUPLICATES, False),
        (tag(provenance=Provenance("duplicates", role=TagRole.LABELED)), TagRole.LABELED, True),
    ],
)
def test_a_tag_has_the_role_it_was_marked_with_or_the_one_it_was_made_for(
    example: Tag, role: TagRole, is_labeled: bool
) -> None:
    assert (example.role, example.counts_as_labeled) == (role, is_labeled)


@pytest.mark.parametrize(
    ("example", "role", "reason"),
    [
        (tag(INITIAL_TAG), TagRole.REGION, "keeps its role"),
        (tag(), TagRole.SELECTION, "cannot become selection"),
        (tag(labeled_tag_id="4"), TagRole.REGION, "is a selection: all one can say is that it has been labeled"),
    ],
)
def test_a_role_that_is_no_matter_of_opinion_is_refused(example: Tag, role: TagRole, reason: str) -> None:
    with pytest.raises(NotAllowedError, match=reason):
        example.check_role(role)


def test_a_selection_may_be_marked_as_labeled_and_as_a_selection_again() -> None:
    for role in (TagRole.LABELED, TagRole.SELECTION):
        tag(labeled_tag_id="4").check_role(role)


def test_an_image_without_a_file_is_read_from_its_bytes() -> None:
    source = SampleImage("image/png", content=b"pixels").source
    assert not isinstance(source, str)
    assert source.read() == b"pixels"  # type: ignore[union-attr]  # without a path it is a file in memory
