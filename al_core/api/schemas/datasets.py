from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from al_core.api.schemas.wire import Count, Wire

if TYPE_CHECKING:
    from al_core.store import LocalDataset


ImageType = Literal["full", "thumbnail", "meta"]


class DatasetUpdate(Wire):
    """A new name for a dataset."""

    name: str


class UploadStatus(Wire):
    """How far a client is with its upload."""

    total: Count
    processed: Count = 0
    upload_method: str | None = None
    is_registered: bool | None = None


class DatasetCreate(Wire):
    """A new dataset, stored whole or not at all; `filenames` and `upload` are additions of al_core."""

    name: str
    type: Literal["Images", "Videos", "Crops"] = "Images"
    img_type: ImageType | None = None
    filenames: list[str] | None = None
    upload: UploadStatus | None = None


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
            type=dataset.attributes.get("type", "Images"),
            img_type=dataset.attributes.get("imgType"),
            n_samples=dataset.n_samples + dataset.n_pending,
            n_pending=dataset.n_pending,
            # Earlier versions called the attribute as the wire does.
            size_in_bytes=dataset.attributes.get("size_in_bytes", dataset.attributes.get("sizeInBytes", 0)),
            created_at=dataset.created_at,
            last_modified_at=dataset.last_modified_at(),
            upload=dataset.attributes.get("upload"),
        )


class ConfigurationEntry(Wire):
    """A value in the custom metadata of samples; `path` leads to it, such as `weather.temperature`."""

    name: str = Field(min_length=1, max_length=200)
    path: str
    default_value: Any = None
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
