"""Rounds, and what is set aside for testing (al_core extension)."""

from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from al_core import workflow
from al_core.api.schemas.rounds import RoundData, RoundPlanData, RoundsReportData, TestShareData
from al_core.api.schemas.wire import Created
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, find_tag
from al_core.api.server.errors import coded
from al_core.steps.round_plan import RoundPlan
from al_core.steps.rounds import Round
from al_core.steps.training_labels import find_format
from al_core.store import LocalDataset

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["Rounds"], route_class=JsonRoute)


@router.get("/rounds")
def read_rounds(dataset: DatasetOfPath) -> list[RoundData]:
    """Return all rounds, the oldest first; a round bears the id of its selection's tag."""
    return [RoundData.of(each) for each in workflow.rounds(dataset)]


@router.get("/rounds/{tag_id}")
def read_round(dataset: DatasetOfPath, tag_id: str) -> RoundData:
    """Return one round."""
    return RoundData.of(round_of_path(dataset, tag_id))


@router.post("/rounds/{tag_id}/sent", status_code=204, response_class=Response)
def mark_sent(dataset: DatasetOfPath, tag_id: str) -> None:
    """Say that the samples of a round were handed to labelers: they are not selected again."""
    workflow.mark_sent(dataset, round_of_path(dataset, tag_id).tag)


@router.post("/rounds/{tag_id}/released", status_code=204, response_class=Response)
def release(dataset: DatasetOfPath, tag_id: str) -> None:
    """Take back those samples of a round that have no labels."""
    workflow.release(dataset, round_of_path(dataset, tag_id).tag)


@router.post("/rounds/{tag_id}/missing", status_code=201)
def tag_missing(dataset: DatasetOfPath, tag_id: str) -> Created:
    """Store what was sent and has no label as a tag below `initial-tag`."""
    sent_round = round_of_path(dataset, tag_id)
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        return Created(id=workflow.tag_missing(dataset, sent_round).id)


# Not response_class=HTMLResponse, which would document the errors as HTML too.
@router.get("/rounds/{tag_id}/report", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def read_round_report(dataset: DatasetOfPath, tag_id: str) -> HTMLResponse:
    """Return a round as one HTML file to keep: curve, forecast, signs, images, configuration, manifest."""
    content = workflow.report(dataset, round_of_path(dataset, tag_id).tag)
    # A file, never a page of this address: it holds names that strangers chose.
    return HTMLResponse(content, headers={"Content-Disposition": 'attachment; filename="round.html"'})


@router.get("/round-plan")
def read_plan(dataset: DatasetOfPath) -> RoundPlanData:
    """Return target and prices of the rounds."""
    return RoundPlanData.model_validate(asdict(workflow.round_plan(dataset)))


@router.put("/round-plan", status_code=204, response_class=Response)
def save_plan(dataset: DatasetOfPath, body: RoundPlanData) -> None:
    """Store target and prices of the rounds, in place of those before."""
    workflow.save_round_plan(dataset, RoundPlan(**body.model_dump()))


@router.get("/rounds-report")
def read_report(dataset: DatasetOfPath) -> RoundsReportData:
    """Return what the rounds bought: accuracy on test labels, the forecast, and the signs to stop."""
    plan = workflow.round_plan(dataset)
    return RoundsReportData.of(workflow.report_rounds(dataset, plan), plan)


@router.get("/test-share")
def read_test_share(dataset: DatasetOfPath) -> TestShareData:
    """Return what is set aside for testing."""
    reserve = workflow.test_reserve(dataset)
    if reserve is None:
        return TestShareData(population=[], reserve=[], barred=[])
    return TestShareData(
        population=dataset.filenames(reserve.reserve.population),
        reserve=dataset.filenames(reserve.reserve.rows),
        barred=dataset.filenames(reserve.barred),
    )


@router.get("/training-set")
def read_training_set(dataset: DatasetOfPath) -> list[str]:
    """Return the filenames of the labeled samples that a model may be trained on: all but those that test."""
    return dataset.filenames(workflow.training_set(dataset))


@router.get("/training-labels", response_class=Response)
def read_training_labels(dataset: DatasetOfPath, task: str | None = None) -> Response:
    """Return the labels to train on as a file, without test samples, in the first format of their task.

    `task` is by default that of the newest labels.
    """
    return _training_labels(dataset, None, task)


@router.get("/training-labels/{format}", response_class=Response)
def read_training_labels_as(dataset: DatasetOfPath, format: str, task: str | None = None) -> Response:
    """Return the labels to train on in a format: `csv`, `coco`, `yolo`, `voc` or `masks`, as far as the task has it."""
    return _training_labels(dataset, format, task)


def _training_labels(dataset: LocalDataset, format: str | None, task: str | None) -> Response:
    writer, _ = find_format(dataset, format, task)
    content = workflow.export_training_labels(dataset, format, task=task)
    headers = {"Content-Disposition": f'attachment; filename="training-labels{writer.suffix}"'}
    return Response(content, media_type=writer.media_type, headers=headers)


@router.get("/test-set")
def read_test_set(dataset: DatasetOfPath) -> list[str]:
    """Return the filenames of the labeled samples that accuracy is measured on."""
    return dataset.filenames(workflow.test_set(dataset))


def round_of_path(dataset: LocalDataset, tag_id: str) -> Round:
    """Return the round that a path names."""
    tag = find_tag(dataset, tag_id, "ROUND_UNKNOWN")
    with coded(NotFoundError="ROUND_UNKNOWN"):
        return workflow.find_round(dataset, tag)
