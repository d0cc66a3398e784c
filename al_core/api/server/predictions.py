from fastapi import APIRouter

from al_core import workflow
from al_core.api.schemas.scores import PredictionsStored
from al_core.api.server.bodies import FILE_BODY, BodyFile
from al_core.api.server.context import DatasetOfPath
from al_core.formats import read_predictions

router = APIRouter(prefix="/datasets/{dataset_id}/predictions", tags=["Predictions"])


@router.put("", openapi_extra=FILE_BODY)
def upload(
    dataset: DatasetOfPath, body: BodyFile, name: str = "predictions", format: str | None = None
) -> PredictionsStored:
    """Store a file of predictions, as the dashboard takes it, and score it (an addition of al_core).

    The format is found out from the content unless it is named.
    """
    predictions = read_predictions(body, filenames=dataset.filenames(), format=format)
    report = workflow.check_predictions(dataset, predictions, source=name)
    scores = workflow.store_predictions(dataset, predictions, report, name=name)
    return PredictionsStored(scores=scores, matched=report.matched, report=report.sentences())
