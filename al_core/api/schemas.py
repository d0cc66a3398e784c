"""Requests and answers of the REST API, field for field as Lightly's clients send and expect them."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic.alias_generators import to_camel

from al_core.store.records import StoredArray, Tag

if TYPE_CHECKING:
    from al_core.store import LocalDataset

ImageType = Literal["full", "thumbnail", "meta"]
Operation = Literal["UNION", "INTERSECTION", "DIFFERENCE"]


DEEPEST = 100
LARGEST_INTEGER, LARGEST_FLOAT = 2**63 - 1, 10**308


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value of a client as every JSON parser reads it again: NaN as null, enormous integers as floats."""
    if depth > DEEPEST:
        raise ValueError(f"objects and lists lie at most {DEEPEST} deep in each other")
    if isinstance(value, dict):
        return {name: plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return float(value) if abs(value) < LARGEST_FLOAT else None
    return value


Plain = Annotated[Any, AfterValidator(plain)]
PlainObject = Annotated[dict[str, Any], AfterValidator(plain)]


class Wire(BaseModel):
    """Fields are snake_case in Python and camelCase in JSON; unknown ones are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Created(Wire):
    """The id of what was made."""

    id: str


class DatasetCreate(Wire):
    """A new dataset."""

    name: str
    type: Literal["Images", "Videos", "Crops"] = "Images"
    img_type: ImageType | None = None


class DatasetUpdate(Wire):
    """A new name for a dataset."""

    name: str


class UploadStatus(Wire):
    """How far a client is with its upload."""

    total: int
    processed: int = 0
    upload_method: str | None = None
    is_registered: bool | None = None


class DatasetData(Wire):
    """A dataset; times in milliseconds since 1970. `upload` and `nPending` are additions of al_core.

    `nPending` says how many of its samples have yet to be counted in by `tags/initial` or `tags/upsize`.
    """

    id: str
    name: str
    user_id: str = "al_core"
    type: str
    img_type: ImageType | None
    n_samples: int
    n_pending: int
    size_in_bytes: int
    created_at: int
    last_modified_at: int
    upload: UploadStatus | None = None

    @classmethod
    def of(cls, dataset: "LocalDataset") -> "DatasetData":
        """Return a dataset as the API shows it."""
        return cls(
            id=dataset.id,
            name=dataset.name,
            type=dataset.facts.get("type", "Images"),
            img_type=dataset.facts.get("imgType"),
            n_samples=dataset.n_samples + dataset.n_pending,
            n_pending=dataset.n_pending,
            size_in_bytes=dataset.facts.get("sizeInBytes", 0),
            created_at=dataset.created_at,
            last_modified_at=dataset.last_modified_at(),
            upload=dataset.facts.get("upload"),
        )


class InitialTagCreate(Wire):
    """Says that all samples have been sent."""

    img_type: ImageType | None = None
    name: str | None = None
    creator: str | None = None


class TagOrigin(BaseModel):
    """How a tag was made other than by a selection, of which only the server itself says so."""

    model_config = ConfigDict(extra="allow")

    operation: str
    tags: list[str] = []

    @model_validator(mode="after")
    def is_no_selection(self) -> "TagOrigin":
        """Refuse the facts by which a selection is known."""
        if self.model_extra and "config" in self.model_extra:
            raise ValueError("a selection is made by the server; leave out config")
        plain(self.model_extra)
        return self


class TagCreate(Wire):
    """A new tag; bit k of the mask, counted from the lowest, is row k. `facts` is an addition of al_core."""

    name: str
    bit_mask_data: str = Field(pattern="^0[xX][0-9a-fA-F]+$")
    tot_size: int
    prev_tag_id: str | None = None
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    facts: TagOrigin | None = None


class TagUpdate(Wire):
    """A new name for a tag."""

    name: str


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
    """A tag; `facts` is an addition of al_core: what the tag was made from."""

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
    changes: list[Any] = []
    facts: dict[str, Any] = {}

    @classmethod
    def of(cls, tag: Tag) -> "TagData":
        """Return a tag as the API shows it."""
        names = ("id", "dataset_id", "name", "bit_mask_data", "tot_size", "prev_tag_id", "query_tag_id")
        values = {name: getattr(tag, name) for name in (*names, "preselected_tag_id", "created_at", "facts")}
        return cls(**values, last_modified_at=tag.created_at)


class EmbeddingData(Wire):
    """An embedding; it is not processed when samples were added after it."""

    id: str
    name: str
    is_processed: bool
    created_at: int
    is2d: bool = False

    @classmethod
    def of(cls, stored: StoredArray, n_samples: int) -> "EmbeddingData":
        """Return an embedding as the API shows it."""
        is_complete = stored.shape[0] == n_samples
        return cls(id=stored.id, name=stored.name, is_processed=is_complete, created_at=stored.created_at)


class WriteCsvUrl(Wire):
    """Where to send an embedding."""

    signed_write_url: str
    embedding_id: str


class RowCount(Wire):
    """How many rows a client counted in its embedding."""

    row_count: int


class Trigger2d(Wire):
    """Which 2-D view to calculate."""

    dimensionality_reduction_method: Literal["PCA", "TSNE", "UMAP"]


class Embedding2dData(Wire):
    """A 2-D view of an embedding, one point per sample."""

    id: str
    dataset_id: str
    embedding_id: str
    name: str
    created_at: int
    dimensionality_reduction_method: str
    coordinates_dimension1: list[float] | None = None
    coordinates_dimension2: list[float] | None = None


class Embedding2dCreate(Wire):
    """A 2-D view that a client calculated, one point per sample."""

    name: str = Field(min_length=1, max_length=200)
    dimensionality_reduction_method: Literal["PCA", "TSNE", "UMAP"]
    coordinates_dimension1: list[FiniteFloat]
    coordinates_dimension2: list[FiniteFloat]


class StoppingCondition(Wire):
    """The size of the new tag and the smallest distance in it; -1 turns one off, 0 to 1 is a share of all samples."""

    n_samples: float = -1
    min_distance: float = -1


class SamplingConfig(Wire):
    """The configuration of a selection."""

    stopping_condition: StoppingCondition = StoppingCondition()


class SamplingCreate(Wire):
    """A selection in Lightly's form; `seed` is an addition of al_core."""

    new_tag_name: str
    method: str
    config: SamplingConfig = SamplingConfig()
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    score_type: str | None = None
    seed: int | None = None


class SelectionCreate(Wire):
    """A selection with everything al_core can be told; see `SelectionConfig`."""

    method: str = "CORESET"
    n_samples: int = 32
    min_distance: float = -1
    name: str
    score_name: str | None = None
    seed: int | None = None
    normalize: bool = True
    coral: Literal["herding", "product"] = "herding"
    strength: float = 1.0
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    embedding_id: str | None = None


class JobCreated(Wire):
    """The id of the job that does the work."""

    job_id: str


class JobResult(Wire):
    """What the job made."""

    type: Literal["SAMPLING"] = "SAMPLING"
    data: str


class JobStatusData(Wire):
    """Where a job stands; `done` of `total` steps, `progress`, 0 to 1, and `errorType` are additions of al_core."""

    id: str
    status: Literal["UNKNOWN", "WAITING", "RUNNING", "FAILED", "FINISHED"]
    wait_time_till_next_poll: int = 1
    created_at: int
    dataset_id: str | None
    finished_at: int | None
    error: str | None
    result: JobResult | None
    done: int
    total: int
    progress: float | None
    error_type: str | None


class SampleCreate(Wire):
    """A new sample; `metaData` and `exif` are kept as they come."""

    file_name: str
    thumb_name: str | None = None
    exif: PlainObject | None = None
    meta_data: PlainObject | None = None
    custom_meta_data: PlainObject | None = None


class SampleUpdate(Wire):
    """What is known about a sample; a field that is left out stays as it was."""

    file_name: str | None = None
    thumb_name: str | None = None
    exif: PlainObject | None = None
    meta_data: PlainObject | None = None
    custom_meta_data: PlainObject | None = None


class SampleData(Wire):
    """A sample; `index` is its row."""

    id: str
    type: Literal["IMAGE"] = "IMAGE"
    dataset_id: str
    file_name: str
    thumb_name: str | None = None
    index: int
    exif: PlainObject | None = None
    meta_data: PlainObject | None = None
    custom_meta_data: PlainObject | None = None
    created_at: int


class SampleWriteUrls(Wire):
    """Where to send an image and its thumbnail."""

    full: str
    thumb: str


class ConfigurationEntry(Wire):
    """A value in the custom metadata of samples; `path` leads to it, such as `weather.temperature`."""

    name: str = Field(min_length=1, max_length=200)
    path: str
    default_value: Plain = None
    value_data_type: Literal[
        "NUMERIC_INT",
        "NUMERIC_FLOAT",
        "CATEGORICAL_STRING",
        "CATEGORICAL_INT",
        "CATEGORICAL_BOOLEAN",
        "CATEGORICAL_DATETIME",
        "CATEGORICAL_TIMESTAMP",
        "OTHER_STRING",
    ]


class ConfigurationSet(Wire):
    """What custom metadata to show."""

    name: str
    configs: list[ConfigurationEntry]


class ConfigurationData(ConfigurationSet):
    """A configuration of custom metadata."""

    id: str
    created_at: int
    last_modified_at: int


class ScoreCreate(Wire):
    """Scores of all samples of a tag in row order, 0 to 1, higher meaning more worth labelling."""

    score_type: str = Field(min_length=1, max_length=200, pattern=r"^[a-zA-Z0-9_+=,.@:/-]*$")
    scores: list[float]


class ArrayData(BaseModel):
    """What is known of an array; names as in `al_core.store.StoredArray`."""

    id: str
    kind: str
    name: str
    digest: str
    shape: list[int]
    facts: dict[str, Any]
    created_at: int


class ExportFormat(Wire):
    """A format that a tag can be had in, or why it cannot."""

    name: str
    label: str
    obstacle: str | None


class ScoreInfo(Wire):
    """A score of a tag."""

    id: str
    tag_id: str
    score_type: str
    created_at: int


class ScoreData(ScoreInfo):
    """A score of a tag with its values in row order."""

    scores: list[float]


class PredictionsStored(Wire):
    """The scores made from predictions, how many samples have one, and what the file's rows met, in words."""

    scores: list[str]
    matched: int
    report: list[str]


class Problem(Wire):
    """Why a request was refused; `type` names the class in `al_core.exceptions`."""

    code: str
    message: str
    type: str
