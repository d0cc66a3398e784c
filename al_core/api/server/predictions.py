import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from al_core import workflow
from al_core.api.schemas.predictions import PredictionsStored, PredictionTask, Singleton
from al_core.api.schemas.wire import Created
from al_core.api.server.array_checks import ArrayName
from al_core.api.server.bodies import FILE_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath, json_bytes
from al_core.api.server.errors import ApiError
from al_core.api.server.reading_choices import Choices
from al_core.api.server.sample_ids import filename_of, row_of
from al_core.exceptions import MissingInputError
from al_core.formats import PredictionFiles, Predictions, ReadingChoices
from al_core.formats.worker import read_prediction_files
from al_core.store import LocalDataset

router = APIRouter(prefix="/datasets/{dataset_id}/predictions", tags=["Predictions"], route_class=JsonRoute)

Threshold = Annotated[
    float | None,
    Query(ge=0, le=1, description="Confidence from which boxes are scored, shown and exported; by default 0.25"),
]
TASKS = "predictionTasks"
"""The attribute of a dataset that holds its prediction tasks."""

SENT = "predictions"
"""The attribute of a sample that holds what was sent for it, by task."""

TASK_TYPES = {
    "CLASSIFICATION": "classification",
    "OBJECT_DETECTION": "object-detection",
    "KEYPOINT_DETECTION": "keypoint-detection",
}


@router.put("", openapi_extra=FILE_BODY)
def upload(
    dataset: DatasetOfPath,
    body: BodyFile,
    choices: Choices,
    name: ArrayName = "predictions",
    confidence_threshold: Threshold = None,
) -> PredictionsStored:
    """Store a file of predictions, as the dashboard takes it, and score it (al_core extension).

    How it is to be read is decided by what it holds, except for what the parameters say.
    """
    return store(dataset, body, name, choices, confidence_threshold)


@router.get("/tasks")
def read_tasks(dataset: DatasetOfPath) -> list[PredictionTask]:
    """Return the tasks of the predictions that are sent sample by sample."""
    return [PredictionTask.model_validate(stored) for stored in dataset.attributes.get(TASKS, [])]


@router.post("/tasks", status_code=201)
def save_task(dataset: DatasetOfPath, body: PredictionTask) -> Created:
    """Create or replace a prediction task."""

    def replace_task(attributes: dict[str, Any]) -> dict[str, Any]:
        others = [task for task in attributes.get(TASKS, []) if task["name"] != body.name]
        return {**attributes, TASKS: [*others, body.model_dump(by_alias=True)]}

    dataset.change_attributes(replace_task)
    return Created(id=dataset.id)


@router.get("/tasks/{task_name}")
def read_task(dataset: DatasetOfPath, task_name: str) -> PredictionTask:
    """Return one task."""
    for task in read_tasks(dataset):
        if task.name == task_name:
            return task
    message = f"dataset '{dataset.name}' has no prediction task '{task_name}'"
    raise ApiError(404, "PREDICTION_TASK_UNKNOWN", message, "NotFoundError")


@router.post("/tasks/{task_name}/scores")
def score_task(dataset: DatasetOfPath, task_name: str) -> PredictionsStored:
    """Score the predictions of a task that have been sent sample by sample (al_core extension)."""
    task = read_task(dataset, task_name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.zip"
        if not write_folder(path, dataset, task):
            raise MissingInputError(f"no sample has predictions of the task '{task_name}' yet; send them first")
        return store(dataset, path, task_name, ReadingChoices())


@router.get("/samples", response_model=list[list[Singleton]])
def read_all(dataset: DatasetOfPath, taskName: str | None = None) -> Response:
    """Return the predictions of each sample in row order."""
    attributes = dataset.samples.attributes()
    predictions = []
    for row in range(dataset.n_samples):
        of_row: list[dict[str, Any]] = []
        for name, singletons in attributes.get(row, {}).get(SENT, {}).items():
            if taskName in (None, name):
                of_row += singletons
        predictions.append(of_row)
    return json_bytes(predictions)


@router.get("/samples/{sample_id}", response_model=list[Singleton])
def read_sample(dataset: DatasetOfPath, sample_id: str) -> Response:
    """Return the predictions of a sample."""
    row = row_of(dataset, sample_id)
    attributes = dataset.samples.attributes(row).get(row, {})
    predictions: list[dict[str, Any]] = []
    for singletons in attributes.get(SENT, {}).values():
        predictions += singletons
    return json_bytes(predictions)


@router.post("/samples/{sample_id}", status_code=201)
def save_sample(dataset: DatasetOfPath, sample_id: str, body: list[Singleton]) -> Created:
    """Store the predictions of a sample, in place of those of the same tasks before."""
    row = row_of(dataset, sample_id)
    sent: dict[str, list[dict[str, Any]]] = {}
    for one in body:
        task = read_task(dataset, one.task_name)
        singleton = one.model_dump(by_alias=True, exclude_none=True)
        sent.setdefault(task.name, []).append(singleton)

    # Called with what is stored at that moment, so that two requests for two tasks both stay.
    def replace_sent(attributes: dict[str, Any]) -> dict[str, Any]:
        return {**attributes, SENT: {**attributes.get(SENT, {}), **sent}}

    dataset.samples.change_attributes(row, filename_of(dataset, row), replace_sent)
    return Created(id=sample_id)


def store(
    dataset: LocalDataset, path: Path, name: str, choices: ReadingChoices, confidence_threshold: float | None = None
) -> PredictionsStored:
    """Read a file of predictions, store and score them."""
    predictions = read_prediction_files(PredictionFiles(path), choices)
    if isinstance(predictions, Predictions):
        # Only a file without filenames of its own needs those of the dataset.
        predictions = predictions.with_filenames(dataset.filenames(), name)
    report = workflow.check_predictions(dataset, predictions, source=name, confidence_threshold=confidence_threshold)
    note = workflow.unscored_note(dataset, report)
    before = workflow.models(dataset)
    scores = workflow.store_predictions(dataset, predictions, report, name=name)
    rescored = workflow.rescored_note(before, workflow.models(dataset))
    sentences = list(report.sentences())
    sentences += [text for text in (note, rescored) if text]
    sentences += [finding.sentence() for finding in workflow.range_findings(dataset, scores)]
    return PredictionsStored(scores=scores, matched=report.matched, report=sentences)


def write_folder(path: Path, dataset: LocalDataset, task: PredictionTask) -> int:
    """Write the predictions of a task in Lightly's folder layout, as an archive, and return of how many samples."""
    categories = [category.model_dump() for category in task.categories]
    schema = {"task_type": TASK_TYPES[task.type], "categories": categories}
    n_samples = 0
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", orjson.dumps(schema))
        for row, singletons in sent_of(dataset, task.name):
            content = {"file_name": filename_of(dataset, row), "predictions": singletons}
            archive.writestr(f"{row}.json", orjson.dumps(content))
            n_samples += 1
    return n_samples


def sent_of(dataset: LocalDataset, task_name: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield each counted row that has predictions of a task, with those."""
    for row, attributes in dataset.samples.attributes().items():
        singletons = attributes.get(SENT, {}).get(task_name)
        if singletons and row < dataset.n_samples:
            yield row, [{"category_id": one["categoryId"], **one} for one in singletons]
