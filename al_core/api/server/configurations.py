"""Which custom metadata are numbers to be shown: the dashboard filters and colors by them."""

from typing import Any

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray
from starlette.responses import Response

from al_core.api.schemas.datasets import ConfigurationData, ConfigurationEntry, ConfigurationSet
from al_core.api.schemas.wire import Created
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath
from al_core.api.server.errors import ApiError
from al_core.api.server.sample_attributes import number_at
from al_core.store import Kind, LocalDataset
from al_core.store.identity import new_id, now

router = APIRouter(prefix="/datasets/{dataset_id}/configuration/metadata", tags=["Metadata"], route_class=JsonRoute)

ATTRIBUTE = "metadataConfigurations"
NUMERIC = ("NUMERIC_INT", "NUMERIC_FLOAT")


@router.get("")
def read_configurations(dataset: DatasetOfPath) -> list[ConfigurationData]:
    """Return all configurations, oldest first."""
    return [ConfigurationData.model_validate(stored) for stored in dataset.attributes.get(ATTRIBUTE, [])]


@router.post("", status_code=201)
def create_configuration(dataset: DatasetOfPath, body: ConfigurationSet) -> Created:
    """Register which custom-metadata paths hold numbers; existing values become metadata columns."""
    configuration = ConfigurationData(id=new_id(), **body.model_dump(), created_at=now(), last_modified_at=now())
    store(dataset, configuration)
    return Created(id=configuration.id)


@router.get("/{configuration_id}")
def read_configuration(dataset: DatasetOfPath, configuration_id: str) -> ConfigurationData:
    """Return one configuration."""
    for configuration in read_configurations(dataset):
        if configuration.id == configuration_id:
            return configuration
    message = f"dataset '{dataset.name}' has no metadata configuration '{configuration_id}'"
    raise ApiError(404, "METADATA_CONFIGURATION_UNKNOWN", message, "NotFoundError")


@router.put("/{configuration_id}", status_code=204, response_class=Response)
def update_configuration(dataset: DatasetOfPath, configuration_id: str, body: ConfigurationSet) -> None:
    """Replace a configuration, and read the custom metadata again."""
    before = read_configuration(dataset, configuration_id)
    changed = before.model_copy(update={"name": body.name, "configs": body.configs, "last_modified_at": now()})
    store(dataset, changed)


def store(dataset: LocalDataset, configuration: ConfigurationData) -> None:
    """Store a new or changed configuration, and the numbers that it points at as metadata columns."""
    numeric = [entry for entry in configuration.configs if entry.value_data_type in NUMERIC]
    columns = {entry.name: column(dataset, entry) for entry in numeric}
    if dataset.n_samples and columns:
        dataset.arrays.save(Kind.METADATA, columns, {"source": f"custom metadata, {configuration.name}"})

    def put(attributes: dict[str, Any]) -> dict[str, Any]:
        configurations = {stored["id"]: stored for stored in attributes.get(ATTRIBUTE, [])}
        # One that is replaced keeps its place.
        configurations[configuration.id] = configuration.model_dump(by_alias=True)
        return {**attributes, ATTRIBUTE: list(configurations.values())}

    dataset.change_attributes(put)


def column(dataset: LocalDataset, entry: ConfigurationEntry) -> NDArray[np.float64]:
    """Return the number at the entry's path for each sample; without one its default, otherwise NaN."""
    default = number_at({"default": entry.default_value}, "default")
    values = np.full(dataset.n_samples, default)
    # Samples that are registered and not counted in yet have attributes, and no row in an array.
    for row, attributes in dataset.samples.attributes().items():
        if row < dataset.n_samples:
            values[row] = number_at(attributes, f"customMetaData.{entry.path}", default)
    return values
