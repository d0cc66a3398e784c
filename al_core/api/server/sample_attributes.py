"""What clients say about samples."""

from typing import Any

import numpy as np

from al_core.api.schemas.samples import SampleCreate, SampleData, SampleUpdate
from al_core.formats.files.json_values import is_number
from al_core.store import LocalDataset
from al_core.store.identity import sample_id


def sample_data(dataset: LocalDataset, row: int, filename: str, attributes: dict[str, object]) -> SampleData:
    """Return a sample as the API shows it."""
    return SampleData.model_validate(
        {
            **attributes,
            "id": sample_id(dataset.id, row),
            "datasetId": dataset.id,
            "fileName": filename,
            "index": row,
            "createdAt": dataset.created_at,
        }
    )


def attributes_of(body: SampleCreate | SampleUpdate) -> dict[str, object]:
    """Return what a client says about a sample."""
    return body.model_dump(by_alias=True, exclude={"file_name"}, exclude_unset=True)


def number_at(attributes: dict[str, Any], path: str, default: float = np.nan) -> float:
    """Return the number at a path such as `metaData.sizeInBytes`; the default where there is none."""
    value: Any = attributes
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    # True is not a number here, though Python's bool is an int.
    return float(value) if is_number(value) else default


def size_in_bytes(dataset: LocalDataset) -> int:
    """Return how large all images are together, as the clients that sent them said."""
    samples = dataset.samples.attributes().values()
    return int(sum(number_at(attributes, "metaData.sizeInBytes", 0) for attributes in samples))
