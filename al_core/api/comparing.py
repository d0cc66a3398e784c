from collections.abc import Sequence
from typing import TYPE_CHECKING

from al_core.api.local_client import LocalClient
from al_core.config import SelectionConfig

if TYPE_CHECKING:
    from al_core.steps.compare import Comparison
    from al_core.store import Dataset


def compare(
    client: "LocalClient | Dataset",
    configs: Sequence[SelectionConfig],
    *,
    query_tag_name: str | None = None,
    preselected_tag_name: str | None = None,
) -> "Comparison":
    """Return what up to four configurations would pick, what they share, and their cards against RANDOM.

    Nothing is stored. `agent.query(candidate.config)` picks what a candidate would.

    Args:
        client: Whose dataset; or the dataset itself, which may be one of a `RemoteWorkspace`.
        configs: One to four.
        query_tag_name: The samples that may be selected; by default all.
        preselected_tag_name: The labeled samples; by default all that have labels or are marked as labeled.

    Raises:
        InvalidInputError: Unless there are one to four configurations, or if one would pick nothing.
        MissingInputError: If the dataset lacks an embedding or a score that one of them needs.
        NotFoundError: If there is no tag of such a name.
    """
    from al_core import workflow

    dataset = client.dataset if isinstance(client, LocalClient) else client
    return workflow.compare(
        dataset,
        configs,
        query_tag=dataset.tag(query_tag_name) if query_tag_name else None,
        labeled_tag=dataset.tag(preselected_tag_name) if preselected_tag_name else None,
    )
