"""What a selection is made from, as JSON: another server can make it, should the one that was asked be gone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.steps.selection_plan import SelectionInputs, make_selection
from al_core.steps.selections import Selection, selection_of
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.store import LocalDataset

KIND = "selection"


def write_recipe(config: SelectionConfig, inputs: SelectionInputs) -> dict[str, Any]:
    """Return the JSON of a selection; the configuration has a seed, so that every server picks the same rows."""
    assert config.seed is not None
    return {
        "kind": KIND,
        "config": config.to_json(),
        "query_tag_id": inputs.query_tag.id if inputs.query_tag else None,
        "labeled_tag_id": inputs.labeled_tag.id if inputs.labeled_tag else None,
        "embedding_name": inputs.embedding_name,
        "follows_rounds": inputs.follows_rounds,
        "round_digest": inputs.round_digest,
    }


def resume_selection(dataset: "LocalDataset", recipe: Mapping[str, Any], progress: Progress | None = None) -> Selection:
    """Make the selection that a server which is gone had begun, or return it if that server had just stored it.

    Raises:
        InvalidInputError: If the recipe is of a later version of al_core.
        NotFoundError: If a tag of it has been deleted since.
    """
    if recipe.get("kind") != KIND:
        raise InvalidInputError(f"this version of al_core cannot go on with a job of the kind {recipe.get('kind')!r}")
    config = SelectionConfig.from_json(recipe["config"])
    tag = dataset.find_tag(config.name)
    # Stored, but not acknowledged. The name was free when the job began, and who used it since hardly drew its seed.
    if tag and tag.provenance.config == config:
        return selection_of(dataset, tag)
    query_id = recipe["query_tag_id"]
    labeled_id = recipe["labeled_tag_id"]
    inputs = SelectionInputs(
        dataset.tag_by_id(query_id) if query_id else None,
        dataset.tag_by_id(labeled_id) if labeled_id else None,
        recipe["embedding_name"],
        follows_rounds=recipe["follows_rounds"],
        round_digest=recipe["round_digest"],
    )
    return make_selection(dataset, config, inputs, progress)
