from typing import Any, Literal

from al_core.api.schemas.wire import Wire


class SampleCreate(Wire):
    """A new sample; `metaData` and `exif` are kept as they come."""

    file_name: str
    thumb_name: str | None = None
    exif: dict[str, Any] | None = None
    meta_data: dict[str, Any] | None = None
    custom_meta_data: dict[str, Any] | None = None


class SampleUpdate(Wire):
    """What is known about a sample; a field that is left out stays as it was."""

    file_name: str | None = None
    thumb_name: str | None = None
    exif: dict[str, Any] | None = None
    meta_data: dict[str, Any] | None = None
    custom_meta_data: dict[str, Any] | None = None


class SampleData(Wire):
    """A sample; `index` is its row."""

    id: str
    # Lightly also has crops and video frames.
    type: Literal["IMAGE"] = "IMAGE"
    dataset_id: str
    file_name: str
    thumb_name: str | None = None
    index: int
    exif: dict[str, Any] | None = None
    meta_data: dict[str, Any] | None = None
    custom_meta_data: dict[str, Any] | None = None
    created_at: int


class SampleWriteUrls(Wire):
    """Where to send an image and its thumbnail."""

    full: str
    thumb: str
