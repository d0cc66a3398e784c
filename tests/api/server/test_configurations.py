import numpy as np

from al_core.store import Dataset, Kind
from tests.api.calls import Api


def test_numbers_in_custom_metadata_become_columns_once_a_configuration_points_at_them(
    api: Api, dataset: Dataset
) -> None:
    first, second, *_ = api("GET", f"{api.dataset}/samples", 200)
    api("PUT", f"{api.dataset}/samples/{first['id']}", 204, {"customMetaData": {"weather": {"temperature": 21}}})
    api("PUT", f"{api.dataset}/samples/{second['id']}", 204, {"customMetaData": {"weather": "none"}})
    entry = {"name": "temperature", "path": "weather.temperature", "defaultValue": 5, "valueDataType": "NUMERIC_INT"}
    text = {"name": "sky", "path": "weather.sky", "defaultValue": "?", "valueDataType": "CATEGORICAL_STRING"}
    path = f"{api.dataset}/configuration/metadata"
    made = api("POST", path, 201, {"name": "weather", "configs": [entry, text]})
    assert dataset.arrays.read(dataset.arrays.get(Kind.METADATA, "temperature")).tolist() == [21, 5, 5, 5, 5, 5]
    assert [stored.name for stored in dataset.arrays.all(Kind.METADATA)] == ["temperature"]
    api("PUT", f"{path}/{made['id']}", 204, {"name": "weather", "configs": [entry | {"defaultValue": None}]})
    assert np.isnan(dataset.arrays.read(dataset.arrays.get(Kind.METADATA, "temperature"))[1:]).all()
    [known] = api("GET", path, 200)
    assert known == api("GET", f"{path}/{made['id']}", 200)
    assert (known["name"], known["configs"][0]["path"]) == ("weather", "weather.temperature")
    assert api("GET", f"{path}/none", 404)["code"] == "METADATA_CONFIGURATION_UNKNOWN"
