import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from al_core import workflow
from al_core.api.schemas.scores import ScoreCreate, ScoreData, ScoreInfo
from al_core.api.schemas.wire import Created
from al_core.api.server.bodies import ARROW_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath, find_array
from al_core.api.server.tags import TagOfPath
from al_core.steps.scores import ScoreOrigin
from al_core.store import Kind, LocalDataset, StoredArray, Tag
from al_core.wire.arrow_body import read_columns

router = APIRouter(prefix="/datasets/{dataset_id}/tags/{tag_id}/scores", tags=["Scores"], route_class=JsonRoute)


@router.get("")
def read_scores(dataset: DatasetOfPath, tag: TagOfPath) -> list[ScoreInfo]:
    """Return the scores that every sample of a tag has."""
    # In Lightly's API a score belongs to a tag; here it is a column of the dataset, which may lack samples.
    complete = [stored for stored in dataset.arrays.all(Kind.SCORE) if is_complete(dataset, tag, stored)]
    return [score_info(tag, stored) for stored in complete]


@router.post("", status_code=201)
def create_score(dataset: DatasetOfPath, tag: TagOfPath, body: ScoreCreate) -> Created:
    """Store a score of all samples of a tag, in place of an older one of that type."""
    scores = {body.score_type: np.array(body.scores, np.float64)}
    [stored] = workflow.store_scores(dataset, tag.rows, scores, origin=ScoreOrigin(tag=tag.name))
    return Created(id=stored.id)


@router.put("", status_code=204, response_class=Response, openapi_extra=ARROW_BODY)
def upload_scores(dataset: DatasetOfPath, tag: TagOfPath, body: BodyFile) -> None:
    """Store several scores at once, one Arrow column each, in the row order of the tag (al_core extension)."""
    workflow.store_scores(dataset, tag.rows, read_columns(body), origin=ScoreOrigin(tag=tag.name))


@router.get("/{score_id}")
def read_score(dataset: DatasetOfPath, tag: TagOfPath, score_id: str) -> ScoreData:
    """Return a score of a tag with its values in row order."""
    stored = find_array(dataset, Kind.SCORE, score_id, "SCORE_UNKNOWN")
    scores = dataset.arrays.read_rows(stored, tag.rows)
    # JSON has no NaN: a sample without the score gets 0, not worth labeling.
    values = np.nan_to_num(scores).tolist()
    return ScoreData(**score_info(tag, stored).model_dump(), scores=values)


def score_info(tag: Tag, stored: StoredArray) -> ScoreInfo:
    """Return a score as the API lists it."""
    return ScoreInfo(id=stored.id, tag_id=tag.id, score_type=stored.name, created_at=stored.created_at)


def is_complete(dataset: LocalDataset, tag: Tag, stored: StoredArray) -> bool:
    """Return whether every sample of the tag has this score."""
    return not np.isnan(dataset.arrays.read_rows(stored, tag.rows)).any()
