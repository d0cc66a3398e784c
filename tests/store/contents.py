"""What arrays consist of, past the store: files of a home, or objects of a bucket and their copies on this machine."""

import os
from pathlib import Path
from typing import Any

from al_core.store import LocalDataset, StoredArray
from tests.buckets import client


def content_of(dataset: LocalDataset, stored: StoredArray) -> bytes | None:
    """The only file or object of an array, or None if it is gone."""
    if _is_file(dataset):
        path = dataset.arrays.path(stored)
        return path.read_bytes() if path.exists() else None
    s3, bucket, keys = _objects(dataset, stored.id)
    content: bytes | None = s3.get_object(Bucket=bucket, Key=keys[0])["Body"].read() if keys else None
    return content


def overwrite_content(dataset: LocalDataset, stored: StoredArray, content: bytes) -> None:
    """Change an array behind the store's back."""
    if _is_file(dataset):
        dataset.arrays.path(stored).write_bytes(content)
        return
    s3, bucket, keys = _objects(dataset, stored.id)
    s3.put_object(Bucket=bucket, Key=keys[0], Body=content)
    _forget_copies(dataset)


def remove_content(dataset: LocalDataset, stored: StoredArray) -> None:
    """Remove an array behind the store's back."""
    if _is_file(dataset):
        dataset.arrays.path(stored).unlink()
    else:
        _remove_objects(dataset, stored.id)


def remove_filenames(dataset: LocalDataset) -> None:
    """Remove the filenames behind the store's back."""
    if _is_file(dataset):
        dataset.filenames_path.unlink()
    else:
        assert dataset._filenames.content_id
        _remove_objects(dataset, dataset._filenames.content_id)


def keys_of(dataset: LocalDataset) -> list[str]:
    """The objects of a dataset in a bucket, below its address."""
    s3, bucket, prefix = _place(dataset)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/{dataset.id}/").get("Contents", [])
    return [one["Key"].removeprefix(f"{prefix}/") for one in listed]


def _is_file(dataset: LocalDataset) -> bool:
    return dataset.arrays._storage.folder is not None


def _remove_objects(dataset: LocalDataset, content_id: str) -> None:
    s3, bucket, keys = _objects(dataset, content_id)
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)
    _forget_copies(dataset)


def _objects(dataset: LocalDataset, content_id: str) -> tuple[Any, str, list[str]]:
    s3, bucket, prefix = _place(dataset)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/{dataset.id}/{content_id}/").get("Contents", [])
    return s3, bucket, [one["Key"] for one in listed]


def _place(dataset: LocalDataset) -> tuple[Any, str, str]:
    address = dataset.arrays._storage.address
    assert address
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return client(os.environ["AWS_ENDPOINT_URL"]), bucket, prefix


def _forget_copies(dataset: LocalDataset) -> None:
    for path in Path(dataset._folder).parents[1].glob("cache/*"):
        path.unlink()
