import json
from pathlib import Path

import numpy as np
import pytest

from al_core import tagging, workflow
from al_core.exceptions import AlreadyExistsError, FileFormatError, InvalidInputError
from al_core.formats import read_metadata

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "metadata"


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_an_example_of_metadata_holds_numbers_and_names_what_holds_none(path):
    table = read_metadata(path)
    columns = {name.rpartition(".")[2]: values for name, values in table.columns.items()}
    assert list(sorted(columns)) == ["is_night", "temperature"]
    np.testing.assert_allclose(columns["temperature"][:4], [13.5, 14, 12.25, np.nan])
    assert columns["is_night"][:4].tolist() == [0, 0, 1, 1]
    assert table.left_out == ("place",)


def test_metadata_in_folders_of_lightly_is_flattened_and_may_have_gaps(tmp_path):
    for name, metadata in {"a": {"x": {"y": 2}}, "b": {"z": 1.5}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"file_name": f"{name}.png", "metadata": metadata}))
    table = read_metadata(tmp_path)
    assert table.filenames == ["a.png", "b.png"]
    np.testing.assert_array_equal(table.columns["x.y"], [2, np.nan])
    np.testing.assert_array_equal(table.columns["z"], [np.nan, 1.5])


def test_a_file_without_numbers_is_refused(tmp_path):
    (tmp_path / "m.csv").write_text("filename,place\na.png,desk\n")
    with pytest.raises(FileFormatError, match=r"m\.csv has no column of numbers"):
        read_metadata(tmp_path / "m.csv")


def test_metadata_is_stored_in_the_order_of_the_samples(dataset, tmp_path):
    (tmp_path / "m.csv").write_text("filename,lux\nf.png,5\nzebra.png,9\na.png,1\n")
    table = read_metadata(tmp_path / "m.csv")
    report = workflow.check_predictions(dataset, table, source="m.csv")
    assert (report.matched, report.unknown) == (2, ["zebra.png"])
    assert workflow.store_metadata(dataset, table, report) == ["lux"]
    stored = dataset.arrays.read(dataset.arrays.get("metadata", "lux"))
    np.testing.assert_array_equal(stored, [1, np.nan, np.nan, np.nan, np.nan, 5])


def test_a_list_of_filenames_becomes_a_tag(dataset):
    tag, report = tagging.tag_filenames(dataset, ["images/c.png", "a.png", "zebra.png"], "labeled", source="list.txt")
    assert (tag.rows.tolist(), report.unknown) == ([0, 2], ["zebra.png"])
    assert tag.facts["tags"] == ["list.txt"]
    with pytest.raises(AlreadyExistsError):
        tagging.tag_filenames(dataset, ["a.png"], "labeled")
    with pytest.raises(InvalidInputError, match="nothing is stored"):
        tagging.tag_filenames(dataset, ["zebra.png"], "zebras")
    assert [known.name for known in dataset.tags()] == ["labeled", "initial-tag"]
