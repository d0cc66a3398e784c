import numpy as np

from al_core import workflow
from al_core.formats import MetadataTable
from al_core.formats.metadata.text_column import TextColumn
from al_core.steps.metadata import ColumnAttributes, store_metadata, take_back_metadata
from al_core.store import Dataset, Kind, LocalDataset, Workspace
from al_core.store.identity import now


def stored(dataset: Dataset, table: MetadataTable) -> list[str]:
    return store_metadata(dataset, table, workflow.check_predictions(dataset, table, source="weather.csv"))


def test_numbers_and_texts_lie_at_the_rows_of_their_samples(dataset: Dataset) -> None:
    text = TextColumn(("rain", "sun"), np.array([1, 0], np.int32))
    table = MetadataTable(["c.png", "a.png"], {"lux": np.array([3.0, 1.0])}, {"weather": text})
    assert stored(dataset, table) == ["lux", "weather"]
    lux = dataset.arrays.get(Kind.METADATA, "lux")
    np.testing.assert_array_equal(dataset.arrays.read(lux), [1, np.nan, 3, np.nan, np.nan, np.nan])
    weather = dataset.arrays.get(Kind.CATEGORY, "weather")
    assert dataset.arrays.read(weather).tolist() == [0, -1, 1, -1, -1, -1]
    assert ColumnAttributes.of(weather) == ColumnAttributes("weather.csv", ("rain", "sun"))


def test_a_name_is_a_number_or_a_text_whichever_came_last(dataset: Dataset) -> None:
    text = TextColumn(("low",), np.array([0], np.int32))
    stored(dataset, MetadataTable(["a.png"], {}, {"lux": text}))
    stored(dataset, MetadataTable(["a.png"], {"lux": np.array([2.0])}, {}))
    assert dataset.arrays.all(Kind.CATEGORY) == []
    stored(dataset, MetadataTable(["a.png"], {}, {"lux": text}))
    assert dataset.arrays.all(Kind.METADATA) == []


def test_columns_are_taken_back_and_what_they_replaced_returns(dataset: LocalDataset, workspace: Workspace) -> None:
    stored(dataset, MetadataTable(["a.png"], {"lux": np.array([1.0])}, {}))
    before = now()
    text = TextColumn(("low",), np.array([0], np.int32))
    names = stored(dataset, MetadataTable(["a.png"], {"iso": np.array([9.0])}, {"lux": text}))
    take_back_metadata(workspace, dataset, names, since=before)
    assert [column.name for column in dataset.arrays.all(Kind.METADATA)] == ["lux"]
    assert dataset.arrays.read(dataset.arrays.get(Kind.METADATA, "lux"))[0] == 1
    assert dataset.arrays.all(Kind.CATEGORY) == []
