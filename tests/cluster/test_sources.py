import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.cluster.sources import MappedRows, SentRows, object_rows, source_of
from al_core.exceptions import InvalidInputError, MissingInputError, WorkspaceError
from al_core.store import Dataset, Kind, Workspace
from tests.buckets import client

ARRAY = np.arange(60, dtype=np.float16).reshape(20, 3)


def test_rows_of_a_mapped_file_travel_as_its_path(mapped: Callable[..., Any]) -> None:
    source = source_of(mapped(ARRAY), 5, 9)
    assert isinstance(source, MappedRows)
    assert len(pickle.dumps(source)) < 500
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(source)).open(), ARRAY[5:9])


def test_a_view_of_a_mapped_file_is_found_in_it(mapped: Callable[..., Any]) -> None:
    np.testing.assert_array_equal(source_of(mapped(ARRAY)[4:], 1, 3).open(), ARRAY[5:7])


@pytest.mark.parametrize("view", [ARRAY, ARRAY[::-1], ARRAY[:, :2]])
def test_rows_that_are_in_no_file_travel_themselves(view: Any) -> None:
    source = source_of(view, 2, 4)
    assert isinstance(source, SentRows)
    np.testing.assert_array_equal(source.open(), view[2:4])


def test_columns_of_a_mapped_file_travel_themselves(mapped: Callable[..., Any]) -> None:
    np.testing.assert_array_equal(source_of(mapped(ARRAY)[:, 1:], 2, 4).open(), ARRAY[2:4, 1:])


def test_a_file_that_a_worker_does_not_see_is_named(mapped: Callable[..., Any], tmp_path: Path) -> None:
    source = source_of(mapped(ARRAY), 5, 9)
    (tmp_path / "0.npy").unlink()
    with pytest.raises(MissingInputError, match=r"does not see .*0\.npy .*all workers mount at the same place"):
        source.open()


def test_a_file_that_ends_too_soon_is_refused(mapped: Callable[..., Any], tmp_path: Path) -> None:
    source = source_of(mapped(ARRAY), 5, 20)
    os.truncate(tmp_path / "0.npy", 200)
    with pytest.raises(InvalidInputError, match=r"needs 248 bytes of .*0\.npy.* it ends after 200"):
        source.open()


def test_another_file_at_the_same_path_is_refused(mapped: Callable[..., Any], tmp_path: Path) -> None:
    source = source_of(mapped(ARRAY), 5, 9)
    np.save(tmp_path / "0.npy", ARRAY + 1)
    with pytest.raises(InvalidInputError, match="holds other rows"):
        source.open()


def test_rows_of_a_bucket_are_read_by_whoever_opens_them(
    workspace_in_a_bucket: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vectors = np.arange(60, dtype=np.float32).reshape(20, 3) + 1
    dataset = workflow.create_dataset(workspace_in_a_bucket, "many", [f"{row}.png" for row in range(20)], vectors)
    [stored] = dataset.arrays.all(Kind.EMBEDDING)
    address = dataset.arrays.address(stored)
    assert address is not None
    # Another machine, whose cache is empty.
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "worker"))
    source = pickle.loads(pickle.dumps(object_rows(address)(5, 9)))
    np.testing.assert_array_equal(source.open(), vectors[5:9])
    dataset.arrays.delete(Kind.EMBEDDING, stored.name)
    client(os.environ["AWS_ENDPOINT_URL"]).delete_object(
        Bucket=address.storage.split("/")[2], Key=f"arrays/{dataset.id}/{stored.id}/00000.npy"
    )
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "another worker"))
    with pytest.raises((MissingInputError, WorkspaceError)):
        source.open()


def test_an_array_in_a_file_has_no_address(dataset: Dataset) -> None:
    assert dataset.arrays.address(dataset.arrays.all(Kind.EMBEDDING)[0]) is None
