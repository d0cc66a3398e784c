import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core import workflow
from al_core.exceptions import AlreadyExistsError, FileFormatError, InvalidInputError
from al_core.formats import read_metadata
from al_core.steps.tags import tag_filenames
from al_core.store import Dataset
from al_core.store.kinds import Kind
from al_core.store.local_dataset import LocalDataset

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "metadata"


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_an_example_of_metadata_holds_numbers_and_texts(path: Path) -> None:
    table = read_metadata(path)
    columns = {name.rpartition(".")[2]: values for name, values in table.columns.items()}
    assert list(sorted(columns)) == ["is_night", "temperature"]
    np.testing.assert_allclose(columns["temperature"][:4], [13.5, 14, 12.25, np.nan])
    assert columns["is_night"][:4].tolist() == [0, 0, 1, 1]
    ((name, place),) = table.texts.items()
    assert (name.rpartition(".")[2], table.left_out) == ("place", {})
    assert len(place.codes) == 10
    assert [place.names[code] for code in place.codes[:4]] == ["desk", "desk", "hall", "hall"]


def test_metadata_in_folders_of_lightly_is_flattened_and_may_have_gaps(tmp_path: Path) -> None:
    for name, metadata in {"a": {"x": {"y": 2}}, "b": {"z": 1.5}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"file_name": f"{name}.png", "metadata": metadata}))
    table = read_metadata(tmp_path)
    assert table.filenames == ["a.png", "b.png"]
    np.testing.assert_array_equal(table.columns["x.y"], [2, np.nan])
    np.testing.assert_array_equal(table.columns["z"], [np.nan, 1.5])


def test_texts_of_arrow_tables_may_be_dictionaries_and_dates_are_left_out_with_a_reason(tmp_path: Path) -> None:
    place = pa.array(["road", None, "farm"]).dictionary_encode()
    table = pa.table({"filename": ["a", "b", "c"], "place": place, "day": pa.array([1, 2, 3], pa.date32())})
    pq.write_table(table, tmp_path / "m.parquet")
    read = read_metadata(tmp_path / "m.parquet")
    assert (read.texts["place"].names, read.texts["place"].codes.tolist()) == (("farm", "road"), [1, -1, 0])
    assert read.left_out == {"day": "date32[day] is neither a number nor a text"}


def test_dates_and_times_are_exact_and_codes_keep_their_zeros(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("filename,date,taken,patient\na.png,20240131,1706659201,00417\nb.png,20240201,1706745601,12009\n")
    table = read_metadata(path)
    assert table.columns["date"].tolist() == [20240131, 20240201]
    assert table.columns["taken"].tolist() == [1706659201, 1706745601]
    assert table.texts["patient"].names == ("00417", "12009")


def test_a_column_in_which_every_text_differs_is_left_out_with_a_reason(tmp_path: Path) -> None:
    lines = "".join(f"{row}.png,{row},id {row}\n" for row in range(1001))
    (tmp_path / "m.csv").write_text(f"filename,lux,id\n{lines}")
    assert read_metadata(tmp_path / "m.csv").left_out == {
        "id": "over 1,000 different texts, or one of over 200 characters"
    }


def test_mixed_values_of_lightly_are_left_out_with_a_reason(tmp_path: Path) -> None:
    for name, value in {"a": 2, "b": "high"}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"file_name": name, "metadata": {"x": value, "y": "t"}}))
    table = read_metadata(tmp_path)
    assert (list(table.texts), table.left_out) == (["y"], {"x": "its values are not all numbers or all texts"})


def test_a_file_with_nothing_to_keep_is_refused_with_the_reasons(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(f"filename,caption\na.png,{'x' * 201}\n")
    with pytest.raises(FileFormatError, match=r"m\.csv has no column of numbers or texts.*'caption': over 1,000"):
        read_metadata(tmp_path / "m.csv")


def test_texts_are_stored_in_the_order_of_the_samples_and_grow_with_the_dataset(
    dataset: LocalDataset, tmp_path: Path
) -> None:
    dataset.arrays.save(Kind.METADATA, {"place": np.zeros(6)})
    (tmp_path / "m.csv").write_text("filename,place\nf.png,road\nzebra.png,sea\na.png,farm\n")
    table = read_metadata(tmp_path / "m.csv")
    assert workflow.store_metadata(dataset, table, workflow.check_predictions(dataset, table)) == ["place"]
    stored = dataset.arrays.get(Kind.CATEGORY, "place")
    assert stored.attributes["names"] == ["farm", "road", "sea"]
    assert dataset.arrays.read(stored).tolist() == [0, -1, -1, -1, -1, 1]
    assert dataset.arrays.find(Kind.METADATA, "place") is None
    dataset.samples.add("g.png", {})
    dataset.grow("more")
    assert dataset.arrays.read(dataset.arrays.get(Kind.CATEGORY, "place")).tolist() == [0, -1, -1, -1, -1, 1, -1]


def test_metadata_is_stored_in_the_order_of_the_samples(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("filename,lux\nf.png,5\nzebra.png,9\na.png,1\n")
    table = read_metadata(tmp_path / "m.csv")
    report = workflow.check_predictions(dataset, table, source="m.csv")
    assert (report.matched, report.unknown) == (2, ["zebra.png"])
    assert workflow.store_metadata(dataset, table, report) == ["lux"]
    stored = dataset.arrays.read(dataset.arrays.get(Kind.METADATA, "lux"))
    np.testing.assert_array_equal(stored, [1, np.nan, np.nan, np.nan, np.nan, 5])


def test_a_list_of_filenames_becomes_a_tag(dataset: Dataset) -> None:
    tag, report = tag_filenames(dataset, ["images/c.png", "a.png", "zebra.png"], "labeled", source="list.txt")
    assert (tag.rows.tolist(), report.unknown) == ([0, 2], ["zebra.png"])
    assert tag.provenance.tags == ("list.txt",)
    with pytest.raises(AlreadyExistsError):
        tag_filenames(dataset, ["a.png"], "labeled")
    with pytest.raises(InvalidInputError, match="nothing is stored"):
        tag_filenames(dataset, ["zebra.png"], "zebras")
    assert [known.name for known in dataset.tags()] == ["labeled", "initial-tag"]
