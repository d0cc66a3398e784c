from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from al_core.api.bitmask import BitMask
from al_core.api.schemas.tags import (
    BitMaskData,
    InitialTagCreate,
    Operation,
    TagArithmetics,
    TagCreate,
    TagData,
    TagUpdate,
    TagUpsize,
)
from al_core.api.schemas.wire import Created
from al_core.api.server.answers import JsonAnswer
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, find_dataset, find_optional_tag, find_tag, services
from al_core.api.server.errors import coded
from al_core.api.server.sample_attributes import size_in_bytes
from al_core.exceptions import InvalidInputError
from al_core.steps.tags import combine_tags as combine
from al_core.store import LocalDataset, Provenance, Tag, TagOrigin
from al_core.types import Rows

router = APIRouter(prefix="/datasets/{dataset_id}/tags", tags=["Tags"], route_class=JsonRoute)

OPERATIONS: dict[Operation, Literal["union", "intersection", "difference"]] = {
    "UNION": "union",
    "INTERSECTION": "intersection",
    "DIFFERENCE": "difference",
}


def tag_of_path(dataset: DatasetOfPath, tag_id: str) -> Tag:
    """Return the tag that the path names."""
    return find_tag(dataset, tag_id)


TagOfPath = Annotated[Tag, Depends(tag_of_path)]


@router.get("", response_model=list[TagData])
def read_tags(request: Request, dataset_id: str) -> Response:
    """Return all tags, newest first, so that the last is `initial-tag`."""
    # Clients ask for this all the time, so it takes one thread: not one for the dataset, one for this, one to check it.
    # While nothing changes it also takes one statement and no mask.
    used = services(request)
    revision = used.workspace.revisions.find(dataset_id)
    if revision is None:
        # There is no such dataset: this says so.
        return _tag_list(request, dataset_id).response(request)
    answer = used.tag_lists.get(revision, lambda: _tag_list(request, dataset_id))
    return answer.response(request)


def _tag_list(request: Request, dataset_id: str) -> JsonAnswer:
    # Newest first is part of the contract: scripts delete tags in this order, and a tag with children stays.
    tags = find_dataset(request, dataset_id).tags()
    return JsonAnswer.of([TagData.of(tag).model_dump(by_alias=True) for tag in tags])


@router.post("/initial", status_code=201)
def create_initial_tag(dataset: DatasetOfPath, body: InitialTagCreate) -> Created:
    """Freeze the order of the samples registered so far, and create the tag that holds them all."""
    with coded(AlreadyExistsError="TAG_INITIAL_EXISTS"):
        tag = dataset.lock_samples()
    image_type = {"imgType": body.img_type} if body.img_type else {}
    dataset.set_attributes({"size_in_bytes": size_in_bytes(dataset)} | image_type)
    return Created(id=tag.id)


@router.post("/upsize", status_code=201)
def upsize_tags(dataset: DatasetOfPath, body: TagUpsize) -> Created:
    """Add the samples registered since, and create a tag that holds only those."""
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        tag = dataset.grow(body.upsize_tag_name)
    dataset.set_attributes({"size_in_bytes": size_in_bytes(dataset)})
    return Created(id=tag.id)


@router.post("/arithmetics", status_code=201)
def combine_tags(dataset: DatasetOfPath, body: TagArithmetics) -> Created | BitMaskData:
    """Combine two tags into a new one, or return the mask when no name is given."""
    if body.new_tag_name is None:
        return combine_masks(dataset, body)
    first = find_tag(dataset, body.tag_id1)
    second = find_tag(dataset, body.tag_id2)
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        tag = combine(dataset, first, second, OPERATIONS[body.operation], body.new_tag_name)
    return Created(id=tag.id)


@router.post("/arithmetics/bitmask")
def combine_masks(dataset: DatasetOfPath, body: TagArithmetics) -> BitMaskData:
    """Return the mask of two tags combined; nothing is stored."""
    first = int.from_bytes(find_tag(dataset, body.tag_id1).mask, "little")
    second = int.from_bytes(find_tag(dataset, body.tag_id2).mask, "little")
    combined = {
        "UNION": first | second,
        "INTERSECTION": first & second,
        # The complement is negative, but never what is left of it.
        "DIFFERENCE": first & ~second,
    }
    return BitMaskData(bit_mask_data=hex(combined[body.operation]))


@router.post("", status_code=201)
def create_tag(dataset: DatasetOfPath, body: TagCreate) -> Created:
    """Store a set of samples under a name."""
    rows = rows_of_mask(dataset, body.bit_mask_data)
    parent = find_optional_tag(dataset, body.prev_tag_id, "TAG_PREVTAG_NOT_IN_DATASET")
    query_tag = find_optional_tag(dataset, body.query_tag_id, "TAG_QUERYTAG_NOT_IN_DATASET")
    labeled_tag = find_optional_tag(dataset, body.preselected_tag_id, "TAG_PRESELECTEDTAG_NOT_IN_DATASET")
    provenance = Provenance.from_json(body.provenance.model_dump() if body.provenance else {})
    origin = TagOrigin(parent, query_tag, labeled_tag, provenance)
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        tag = dataset.create_tag(body.name, rows, origin)
    return Created(id=tag.id)


def rows_of_mask(dataset: LocalDataset, bit_mask_data: str) -> Rows:
    """Return the rows of a mask that a client sent."""
    mask = BitMask.from_hex(bit_mask_data)
    n_bits = mask.x.bit_length()
    # A mask of fewer bits is fine: it is a number, whose leading zeros nobody writes.
    if n_bits > dataset.n_samples:
        raise InvalidInputError(
            f"bitMaskData has {n_bits} bits, but dataset '{dataset.name}' has {dataset.n_samples} samples"
        )
    return np.array(mask.to_indices(), np.int64)


@router.get("/{tag_id}")
def read_tag(tag: TagOfPath) -> TagData:
    """Return one tag."""
    return TagData.of(tag)


@router.put("/{tag_id}", status_code=204, response_class=Response)
def update_tag(dataset: DatasetOfPath, tag: TagOfPath, body: TagUpdate) -> None:
    """Give a tag another name, another role, or both."""
    # Lightly's contract asks for the name in every request: with another role alone it is the one that the tag has.
    if body.role is not None:
        dataset.set_tag_role(tag, body.role)
    if body.role is None or body.name != tag.name:
        with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
            dataset.rename_tag(tag, body.name)


@router.delete("/{tag_id}", status_code=204, response_class=Response)
def delete_tag(dataset: DatasetOfPath, tag: TagOfPath) -> None:
    """Remove a tag from which no other was made."""
    # Only `initial-tag` has no parent.
    code = "TAG_UNDELETABLE_IS_INITIAL" if tag.parent_id is None else "TAG_UNDELETABLE_NOT_A_LEAF"
    with coded(NotAllowedError=code):
        dataset.delete_tag(tag)
