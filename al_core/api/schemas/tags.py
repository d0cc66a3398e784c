from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from al_core.api.schemas.datasets import ImageType
from al_core.api.schemas.wire import Count, Wire
from al_core.store.provenance import TagRole
from al_core.store.records import Tag

Operation = Literal["UNION", "INTERSECTION", "DIFFERENCE"]


class InitialTagCreate(Wire):
    """Says that all samples have been sent."""

    img_type: ImageType | None = None
    name: str | None = None
    creator: str | None = None


class TagProvenance(BaseModel):
    """How a tag was made other than by a selection, of which only the server itself says so."""

    model_config = ConfigDict(extra="allow")

    role: str | None = None
    operation: str = ""
    tags: list[str] = []
    filters: list[str] = []
    threshold: FiniteFloat | None = None
    embedding: dict[str, str] | None = None

    @model_validator(mode="after")
    def is_no_selection(self) -> "TagProvenance":
        """Refuse what only a selection has."""
        if self.model_extra and "config" in self.model_extra:
            raise ValueError("a selection is made by the server; leave out config")
        if self.role in (TagRole.ALL, TagRole.SELECTION):
            raise ValueError("tags with the role all or selection are made by the server; leave out role")
        return self


class TagCreate(Wire):
    """A new tag; bit k of the mask, counted from the lowest, is row k. `provenance` is an al_core extension."""

    name: str
    # Lightly's clients write lower case; `BitMask.from_hex` reads capitals too.
    bit_mask_data: str = Field(pattern="^0[xX][0-9a-fA-F]+$")
    tot_size: Count
    prev_tag_id: str | None = None
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    provenance: TagProvenance | None = None


class TagUpdate(Wire):
    """A new name for a tag; `role`, an al_core extension, says what the tag stands for."""

    name: str
    role: TagRole | None = Field(None, strict=False)


class TagUpsize(Wire):
    """Counts in the samples added since; they get a tag of their own."""

    upsize_tag_name: str
    upsize_tag_creator: str | None = None


class TagArithmetics(Wire):
    """What to calculate from two tags, and the name of the tag to store it in, if any."""

    tag_id1: str
    tag_id2: str
    operation: Operation
    new_tag_name: str | None = None
    creator: str | None = None


class BitMaskData(Wire):
    """A set of rows."""

    bit_mask_data: str


class TagData(Wire):
    """A tag; `provenance`, an al_core extension, says how the tag was made."""

    id: str
    dataset_id: str
    name: str
    bit_mask_data: str
    tot_size: int
    prev_tag_id: str | None
    query_tag_id: str | None
    preselected_tag_id: str | None
    created_at: int
    last_modified_at: int
    changes: list[Any] = Field(default_factory=list)
    provenance: dict[str, Any]

    @classmethod
    def of(cls, tag: Tag) -> "TagData":
        """Return a tag as the API shows it."""
        return cls(
            id=tag.id,
            dataset_id=tag.dataset_id,
            name=tag.name,
            # Without leading zeros, `0x0` for an empty tag: as Lightly's generated models validate it.
            bit_mask_data=hex(int.from_bytes(tag.mask, "little")),
            tot_size=tag.n_samples,
            prev_tag_id=tag.parent_id,
            query_tag_id=tag.query_tag_id,
            preselected_tag_id=tag.labeled_tag_id,
            created_at=tag.created_at,
            last_modified_at=tag.created_at,
            provenance=tag.provenance.to_json(),
        )
