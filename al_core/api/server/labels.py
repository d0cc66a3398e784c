"""Labels: what people said is on samples (al_core extension)."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from al_core import workflow
from al_core.api.schemas.deleted import DeletedData
from al_core.api.schemas.labels import LabelSetData, LabelsStored, SampleLabelData
from al_core.api.server.bodies import FILE_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath
from al_core.api.server.errors import ApiError, coded
from al_core.api.server.reading_choices import column_meanings
from al_core.formats.choices import ReadingChoices, Unannotated
from al_core.formats.worker import read_labels
from al_core.steps.label_checks import check_new_labels
from al_core.steps.labels import counting_labels
from al_core.store.label_sets import LabelSet
from al_core.wire.label_bundle import read_labels as read_bundle

router = APIRouter(prefix="/datasets/{dataset_id}/labels", tags=["Labels"], route_class=JsonRoute)


def label_choices(
    format: str | None = None, unannotated: Unannotated = Unannotated.OPEN, columns: str = ""
) -> ReadingChoices:
    """Return how the parameters of a request say that a file of labels is to be read."""
    return ReadingChoices(format, columns=column_meanings(columns), unannotated=unannotated)


def labels_of_path(dataset: DatasetOfPath, labels_id: str) -> LabelSet:
    """Return the labels that the path names, by id or name."""
    named = (labels for labels in dataset.labels.all() if labels_id in (labels.id, labels.name))
    label_set = next(named, None)
    if label_set is None:
        message = f"dataset '{dataset.name}' has no labels '{labels_id}'"
        raise ApiError(404, "LABELS_UNKNOWN", message, "NotFoundError")
    return label_set


LabelsOfPath = Annotated[LabelSet, Depends(labels_of_path)]


@router.put("", openapi_extra=FILE_BODY)
def upload(
    dataset: DatasetOfPath,
    body: BodyFile,
    choices: Annotated[ReadingChoices, Depends(label_choices)],
    name: str | None = None,
    round_name: Annotated[str, Query(alias="round")] = "",
    dryRun: bool = False,
) -> LabelsStored:
    """Store a file of labels with a tag of its samples, which counts as labeled.

    `unannotated=done|open` says what images without objects mean where a format cannot tell. With `dryRun` nothing is
    stored, and `labels` are the same ones if they are stored already. The same file again changes nothing; of another
    round it is refused.
    """
    labels = read_labels(body, replace(choices, images_dir=dataset.images_dir))
    report = workflow.check_labels(dataset, labels, source=name or "the file")
    report.require_usable()
    store = workflow.stored_labels if dryRun else workflow.store_labels
    stored = store(dataset, labels, report, name=name, round_name=round_name)
    return LabelsStored(
        labels=LabelSetData.of(stored) if stored else None,
        matched=report.matched,
        unknown=report.unknown,
        disagreeing=report.conflicting,
        report=report.sentences(),
    )


@router.get("")
def read_sets(dataset: DatasetOfPath) -> list[LabelSetData]:
    """Return all labels as they came in, newest first."""
    return [LabelSetData.of(labels) for labels in dataset.labels.all()]


@router.post("", status_code=201, openapi_extra=FILE_BODY)
def save_set(dataset: DatasetOfPath, body: BodyFile) -> LabelSetData:
    """Store labels that another machine has read, as `al_core.wire.label_bundle` writes them.

    Files of labels go to `PUT …/labels`, which reads them here.
    """
    new = read_bundle(body)
    check_new_labels(dataset, new)
    return LabelSetData.of(dataset.labels.store(new))


@router.get("/samples")
def read_samples(dataset: DatasetOfPath, task: str | None = None) -> list[SampleLabelData]:
    """Return what counts for each labeled sample: the majority for classes, otherwise the newest.

    By default of the task that the newest labels are for.
    """
    return [SampleLabelData.of(label) for label in counting_labels(dataset, task)]


@router.get("/deleted")
def read_deleted(dataset: DatasetOfPath) -> list[DeletedData]:
    """Return the labels that can be restored, those deleted last first."""
    return [DeletedData.model_validate(vars(deleted)) for deleted in dataset.labels.deleted()]


@router.post("/deleted/{deleted_id}")
def restore(dataset: DatasetOfPath, deleted_id: str) -> LabelSetData:
    """Restore deleted labels with their tag."""
    with coded(NotFoundError="LABELS_UNKNOWN"):
        return LabelSetData.of(dataset.labels.restore(deleted_id))


@router.get("/{labels_id}")
def read_set(labels: LabelsOfPath) -> LabelSetData:
    """Return the labels of one file."""
    return LabelSetData.of(labels)


@router.delete("/{labels_id}", status_code=204, response_class=Response)
def delete(dataset: DatasetOfPath, labels: LabelsOfPath) -> None:
    """Remove the labels of a file and their tag; they can be restored for a while."""
    dataset.labels.delete(labels)
