from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import PlainTextResponse, Response

from al_core import workflow
from al_core.api.schemas.exports import ExportFormat
from al_core.api.server.addresses import image_url
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath
from al_core.api.server.sample_attributes import sample_data
from al_core.api.server.signer import DAY_SECONDS, LONGEST_READ_SECONDS
from al_core.api.server.tags import TagOfPath
from al_core.formats import WRITERS, ExportChoices, find_writer
from al_core.steps.exports import export_obstacle
from al_core.store.identity import sample_id

router = APIRouter(prefix="/datasets/{dataset_id}/tags/{tag_id}", tags=["Exports"], route_class=JsonRoute)

# Annotators open their tasks days after the export.
DEFAULT_SECONDS = 7 * DAY_SECONDS
Lifetime = Annotated[int, Query(ge=1, le=LONGEST_READ_SECONDS)]


@router.get("/filenames")
def read_filenames(dataset: DatasetOfPath, tag: TagOfPath) -> list[str]:
    """Return the filenames of a tag in row order."""
    return dataset.filenames(tag.rows)


# Not response_class=PlainTextResponse, which would document the errors as text too.
@router.get("/export/basic/filenames", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def export_filenames(dataset: DatasetOfPath, tag: TagOfPath) -> PlainTextResponse:
    """Return one filename per line, in row order."""
    return PlainTextResponse("\n".join(dataset.filenames(tag.rows)))


@dataclass(frozen=True)
class ExportedSample:
    """A sample as labeling tools get it; `url` is signed."""

    row: int
    filename: str
    url: str
    description: object


def exported(
    request: Request, dataset: DatasetOfPath, tag: TagOfPath, expiresIn: Lifetime = DEFAULT_SECONDS
) -> list[ExportedSample]:
    """Return the samples of a tag in row order."""
    attributes = dataset.samples.attributes()
    samples = []
    for row, filename in zip(tag.rows.tolist(), dataset.filenames(tag.rows), strict=True):
        url = image_url(request, dataset, sample_id(dataset.id, row), "GET", "full", expiresIn)
        description = sample_data(dataset, row, filename, attributes.get(row, {}))
        samples.append(ExportedSample(row, filename, url, description.model_dump(by_alias=True)))
    return samples


Exported = Annotated[list[ExportedSample], Depends(exported)]


@router.get("/export/LabelStudio/tasks")
def export_label_studio(samples: Exported) -> list[dict[str, object]]:
    """Return the samples of a tag as tasks of Label Studio."""
    return [
        {
            "id": sample.row,
            "data": {
                "image": sample.url,
                "lightlyFileName": sample.filename,
                "lightlyMetaInfo": sample.description,
            },
        }
        for sample in samples
    ]


@router.get("/export/LabelBox/datarows")
def export_labelbox(samples: Exported) -> list[dict[str, object]]:
    """Return the samples of a tag as data rows of Labelbox."""
    return [{"externalId": sample.filename, "imageUrl": sample.url} for sample in samples]


@router.get("/export/Sama/tasks")
def export_sama(samples: Exported) -> list[dict[str, object]]:
    """Return the samples of a tag as tasks of Sama."""
    return [
        {
            "priority": 0,
            "reserve_for": None,
            "data": {
                "id": sample.row,
                "url": sample.url,
                "image": sample.url,
                "lightlyFileName": sample.filename,
                "lightlyMetaInfo": sample.description,
            },
        }
        for sample in samples
    ]


def export_choices(
    classNames: Annotated[list[str], Query()] = [],  # noqa: B006 - the query's default, never changed
    task: str = ExportChoices.task,
    imagePrefix: str = "",
    minConfidence: Annotated[float | None, Query(ge=0, le=1)] = None,
) -> ExportChoices:
    """Return how a client wants an export: classes to label, the address of the images, the least confidence."""
    return ExportChoices(classNames, task, imagePrefix, minConfidence)


Choices = Annotated[ExportChoices, Depends(export_choices)]


@router.get("/exports")
def read_formats(
    dataset: DatasetOfPath, tag: TagOfPath, choices: Choices, addedOnly: bool = False
) -> list[ExportFormat]:
    """Return the formats of `/export/FORMAT`, and for each why the tag cannot be exported in it (al_core extension)."""
    formats = []
    for name, writer in WRITERS.items():
        obstacle = export_obstacle(dataset, tag, name, added_only=addedOnly, choices=choices)
        formats.append(ExportFormat(name=name, label=writer.label, obstacle=obstacle))
    return formats


@router.get("/export/{format}", response_class=Response)
def export_file(
    dataset: DatasetOfPath, tag: TagOfPath, format: str, choices: Choices, addedOnly: bool = False
) -> Response:
    """Return a tag as a file in any format of `/exports` (al_core extension)."""
    content = workflow.export_tag(dataset, tag, format, added_only=addedOnly, choices=choices)
    return Response(content, media_type=find_writer(format).media_type)
