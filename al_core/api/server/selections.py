import math
from typing import Any

from fastapi import APIRouter, Request

from al_core.api.schemas.jobs import JobCreated
from al_core.api.schemas.selections import SamplingCreate, SelectionCreate, SelectionInputs
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, find_array, find_optional_tag, services
from al_core.api.server.errors import ApiError, coded
from al_core.config import SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.steps import selection_plan
from al_core.steps.outlook import look_ahead
from al_core.steps.selection_recipe import write_recipe
from al_core.steps.spacing import spacing
from al_core.store import INITIAL_TAG, Kind, LocalDataset
from al_core.types import Progress
from al_core.wire.picks import write_outlook
from al_core.wire.spacing import write_spacing

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["Selection"], route_class=JsonRoute)


@router.post("/embeddings/{embedding_id}/sampling", status_code=201)
def create_sampling(request: Request, dataset: DatasetOfPath, embedding_id: str, body: SamplingCreate) -> JobCreated:
    """Start a selection as Lightly's clients request it."""
    stop = body.config.stopping_condition
    inputs = SelectionInputs(
        query_tag_id=body.query_tag_id, preselected_tag_id=body.preselected_tag_id, embedding_id=embedding_id
    )
    config = SelectionConfig(
        method=body.method,
        n_samples=absolute_count(dataset, inputs, stop.n_samples),
        min_distance=stop.min_distance,
        name=body.new_tag_name,
        score_name=body.score_type,
        seed=body.seed,
    )
    return start(request, dataset, config, inputs)


@router.post("/selections", status_code=201)
def create_selection(request: Request, dataset: DatasetOfPath, body: SelectionCreate) -> JobCreated:
    """Start a selection with every option that al_core has (al_core extension)."""
    return start(request, dataset, body.to_config(), body)


@router.post("/selections/check")
def check_selection(dataset: DatasetOfPath, body: SelectionCreate) -> dict[str, Any]:
    """Return what a selection will come to at most: images, the expected bill, what falls short (al_core extension).

    Nothing is selected or stored; what cannot be run is refused here as it is by `POST …/selections`.
    """
    return write_outlook(look_ahead(dataset, body.to_config(), read_inputs(dataset, body)))


@router.post("/selections/spacing")
def read_spacing(dataset: DatasetOfPath, body: SelectionInputs) -> dict[str, Any]:
    """Return how many new samples each minimum distance keeps (al_core extension).

    The rows come in the order of the farthest first, with the nearest one before each and how far that is.
    """
    return write_spacing(spacing(dataset, read_inputs(dataset, body)))


def absolute_count(dataset: LocalDataset, inputs: SelectionInputs, n_samples: float) -> int:
    """Return a number of samples; a share between 0 and 1 is of the query tag and rounded up."""
    if 0 < n_samples < 1:
        query_tag = find_optional_tag(dataset, inputs.query_tag_id, "TAG_QUERYTAG_NOT_IN_DATASET")
        n_candidates = query_tag.size if query_tag else dataset.n_samples
        return math.ceil(n_samples * n_candidates)
    if n_samples != math.floor(n_samples):
        message = f"nSamples must be a share below 1 or a whole number, not {n_samples}"
        raise ApiError(422, "MALFORMED_REQUEST", message, "InvalidInputError")
    return int(n_samples)


def start(request: Request, dataset: LocalDataset, config: SelectionConfig, inputs: SelectionInputs) -> JobCreated:
    """Start the job of a selection. What can be wrong with the request is found before it, not by the job."""
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        dataset.check_tag_name(config.name)
    start_from = read_inputs(dataset, inputs)
    config = config.seeded()
    if config.goals or config.limits or config.budget:
        look_ahead(dataset, config, start_from)

    def select(progress: Progress) -> str:
        return selection_plan.make_selection(dataset, config, start_from, progress).tag.id

    title = f"{config.method} selection '{config.name}'"
    recipe = write_recipe(config, start_from)
    # The job returns the id of its tag, by which Lightly's clients find the selection.
    job = services(request).jobs.start(None, title, select, dataset.id, recipe)
    return JobCreated(job_id=job.id)


def read_inputs(dataset: LocalDataset, inputs: SelectionInputs) -> selection_plan.SelectionInputs:
    """Return what a selection begins with, its ids looked up."""
    if not dataset.n_samples:
        raise MissingInputError(f"dataset '{dataset.name}' has no '{INITIAL_TAG}' yet; add samples first")
    query_tag = find_optional_tag(dataset, inputs.query_tag_id, "TAG_QUERYTAG_NOT_IN_DATASET")
    labeled_tag = find_optional_tag(dataset, inputs.preselected_tag_id, "TAG_PRESELECTEDTAG_NOT_IN_DATASET")
    embedding_name = None
    if inputs.embedding_id:
        embedding_name = find_array(dataset, Kind.EMBEDDING, inputs.embedding_id, "EMBEDDING_UNKNOWN").name
    return selection_plan.SelectionInputs(
        query_tag, labeled_tag, embedding_name, inputs.follows_rounds, inputs.round_digest
    )
