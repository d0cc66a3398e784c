"""A selection once it is made: what its limits cost, its groups, and edits of the pick (al_core extensions)."""

from typing import Any

from fastapi import APIRouter, Request

from al_core import workflow
from al_core.api.schemas.jobs import JobCreated
from al_core.api.schemas.selections import EditsCreate, NextBestCreate
from al_core.api.schemas.wire import Created
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.cards import selection_of_path
from al_core.api.server.context import DatasetOfPath
from al_core.api.server.errors import coded
from al_core.api.server.evidence import start_work
from al_core.types import Progress
from al_core.wire.picks import write_edits, write_group_counts, write_limit_costs

router = APIRouter(prefix="/datasets/{dataset_id}/tags/{tag_id}", tags=["Selection"], route_class=JsonRoute)


@router.post("/limit-costs", status_code=201)
def create_limit_costs(request: Request, dataset: DatasetOfPath, tag_id: str) -> JobCreated:
    """Start selecting once more without each limit of a selection, to see what it costs; nothing is stored.

    The result of the job is JSON: for each limit its `words`, the shares `covered` with it and `without` it, `nPicked`,
    `nWithout`, and all that as a `text`.
    """
    selection = selection_of_path(dataset, tag_id)
    return start_work(
        request,
        dataset,
        f"What limits cost in '{selection.tag.name}'",
        lambda progress: write_limit_costs(workflow.limit_costs(dataset, selection, progress=progress)),
    )


@router.get("/group-counts")
def read_group_counts(dataset: DatasetOfPath, tag_id: str) -> list[dict[str, Any]]:
    """Return how many samples of each class and group are in a selection, in its pool, and in RANDOM's draws."""
    return write_group_counts(workflow.group_counts(dataset, selection_of_path(dataset, tag_id)))


@router.post("/next-best", status_code=201)
def create_next_best(request: Request, dataset: DatasetOfPath, tag_id: str, body: NextBestCreate) -> JobCreated:
    """Start looking for what the method picks in place of a row, after all that stay; nothing is stored.

    The result of the job is JSON, an edit: `row` and its `replacement`.
    """
    selection = selection_of_path(dataset, tag_id)
    edits = [each.to_edit() for each in body.edits]

    def look(_: Progress) -> dict[str, Any]:
        next_best = workflow.next_best(dataset, selection, edits, body.row)
        [edit] = write_edits([next_best])
        return edit

    return start_work(request, dataset, f"The next best in '{selection.tag.name}'", look)


@router.post("/edits", status_code=201)
def store_edited(dataset: DatasetOfPath, tag_id: str, body: EditsCreate) -> Created:
    """Store a selection as edits leave it as another tag; the one before stays."""
    selection = selection_of_path(dataset, tag_id)
    edits = [each.to_edit() for each in body.edits]
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        edited = workflow.edit_selection(dataset, selection, edits, name=body.name)
    return Created(id=edited.tag.id)
