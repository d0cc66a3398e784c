import numpy as np

from al_core.store import LocalDataset, Provenance, TagOrigin, TagRole, TagSummary, Workspace
from al_core.store.tag_rows import SUMMARIES_OF
from tests.store.statements import statements


def test_neither_masks_nor_settings_leave_the_catalog_for_summaries(
    workspace: Workspace, dataset: LocalDataset
) -> None:
    with statements(workspace) as executed:
        dataset.tag_summaries()
    assert len(executed) == 1
    assert "mask" not in executed[0]
    # All that is said of how a tag was made is in `facts`: only single values are taken out of it.
    assert "facts" not in [column.name for column in SUMMARIES_OF.selected_columns]


def test_a_value_that_a_client_misspelled_hides_no_tag(dataset: LocalDataset) -> None:
    odd = Provenance.from_json({"operation": "list", "sent_at": "yesterday", "role": "favorite"})
    dataset.create_tag("odd", np.array([0]), TagOrigin(provenance=odd))
    assert dataset.tag_summaries()[0] == TagSummary.of(dataset.tag("odd"))
    assert dataset.tag_summaries()[0].role is TagRole.REGION
