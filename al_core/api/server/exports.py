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
from al_core.formats import WRITERS, find_writer
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


@router.get("/export/basic/filenames", response_class=PlainTextResponse)
def export_filenames(dataset: DatasetOfPath, tag: TagOfPath) -> str:
    """Return one filename per line, in row order."""
    return "\n".join(dataset.filenames(tag.rows))


def exported(
    request: Request, dataset: DatasetOfPath, tag: TagOfPath, expiresIn: Lifetime = DEFAULT_SECONDS
) -> list[tuple[int, str, str, object]]:
    """Return row, filename, signed URL and attributes of each sample."""
    attributes = dataset.samples.attributes()
    rows = tag.rows.tolist()
    return [
        (
            row,
            name,
            image_url(request, dataset, sample_id(dataset.id, row), "GET", "full", expiresIn),
            sample_data(dataset, row, name, attributes.get(row, {})).model_dump(by_alias=True),
        )
        for row, name in zip(rows, dataset.filenames(tag.rows), strict=True)
    ]


Exported = Annotated[list[tuple[int, str, str, object]], Depends(exported)]


@router.get("/export/LabelStudio/tasks")
def export_label_studio(samples: Exported) -> list[dict[str, object]]:
    """Return the samples of a tag as tasks of Label Studio."""
    return [
        {"id": row, "data": {"image": url, "lightlyFileName": name, "lightlyMetaInfo": meta}}
        for row, name, url, meta in samples
    ]


@router.get("/export/LabelBox/datarows")
def export_labelbox(samples: Exported) -> list[dict[str, object]]:
    """Return the samples of a tag as data rows of Labelbox."""
    return [{"externalId": name, "imageUrl": url} for _, name, url, _ in samples]


@router.get("/export/Sama/tasks")
def export_sama(samples: Exported) -> list[dict[str, object]]:
    """Return the samples of a tag as tasks of Sama."""
    return [
        {
            "priority": 0,
            "reserve_for": None,
            "data": {"id": row, "url": url, "image": url, "lightlyFileName": name, "lightlyMetaInfo": meta},
        }
        for row, name, url, meta in samples
    ]


@router.get("/exports")
def read_formats(dataset: DatasetOfPath, tag: TagOfPath, addedOnly: bool = False) -> list[ExportFormat]:
    """Return the formats of `/export/FORMAT`, and which the tag cannot be had in (an addition of al_core)."""
    return [
        ExportFormat(name=name, label=writer.label, obstacle=export_obstacle(dataset, tag, name, added_only=addedOnly))
        for name, writer in WRITERS.items()
    ]


@router.get("/export/{format}", response_class=Response)
def export_file(dataset: DatasetOfPath, tag: TagOfPath, format: str, addedOnly: bool = False) -> Response:
    """Return a tag as a file in any format that the dashboard offers (an addition of al_core)."""
    content = workflow.export_tag(dataset, tag, format, added_only=addedOnly)
    return Response(content, media_type=find_writer(format).media_type)
