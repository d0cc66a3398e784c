"""Arrays over HTTP: what a client may store, and what is refused before anything is stored."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import requests

from al_core.formats.predictions.stored_tables import BOX, KEYPOINT
from al_core.store import Dataset, TagOrigin
from al_core.store.local_dataset import LocalDataset
from al_core.wire.array_bundle import CONTENTS, write_bundle
from tests.patience import PATIENCE

Put = Callable[..., requests.Response]


@pytest.fixture
def put(server: str, dataset: Dataset) -> Put:
    """`put(kind, {name: array}, attributes)` sends arrays of the dataset "line"."""

    def send(kind: str, named: dict[str, Any], attributes: dict[str, Any] | None = None) -> requests.Response:
        body = io.BytesIO()
        write_bundle(body, named, attributes or {})
        return send_bytes(server, dataset, kind, body.getvalue())

    return send


def send_bytes(server: str, dataset: Dataset, kind: str, body: bytes) -> requests.Response:
    return requests.put(f"{server}/v1/datasets/{dataset.id}/arrays/{kind}", body, timeout=PATIENCE)


def boxes(row: int, label: int = 0) -> Any:
    return np.array([(row, 0, 0, 1, 1, 1, label, 0.5)], BOX)


@pytest.mark.parametrize(
    ("kind", "array", "attributes"),
    [
        ("score", np.linspace(0, 1, 6), {}),
        ("metadata", np.arange(6.0), {}),
        ("category", np.array([0, 1, 1, -1, 0, 0]), {"names": ["day", "night"]}),
        ("prediction", np.full((6, 2), 0.5, np.float32), {"class_names": ["cat", "dog"]}),
        ("detection", boxes(5), {"class_names": ["cat"]}),
        ("keypoint", np.zeros(2, KEYPOINT), {"class_names": ["person"]}),
        ("embedding", np.asfortranarray(np.eye(6, dtype=np.float32)), {}),
    ],
)
def test_an_array_comes_back_as_it_was_sent(put: Put, dataset: Dataset, kind: str, array: Any, attributes: Any) -> None:
    answer = put(kind, {"a name / of mine": array}, attributes)
    assert answer.status_code == 201, answer.text
    stored = dataset.arrays.get(kind, "a name / of mine")
    assert stored.attributes == attributes
    assert np.array_equal(dataset.arrays.read(stored), array)
    content = requests.get(f"{answer.url.rpartition('/')[0]}/{stored.id}", timeout=PATIENCE).content
    assert np.array_equal(np.load(io.BytesIO(content)), array)


@pytest.mark.parametrize(
    ("kind", "name", "array", "attributes", "message"),
    [
        ("score", "s", np.zeros(5), {}, "score 's' has shape (5,), but 6 samples are scored"),
        ("score", "s", np.full(6, 2.0), {}, "score 's' of a.png is 2.0"),
        ("score", "a\nb", np.zeros(6), {}, "is not a valid array name"),
        ("metadata", "m", np.zeros((6, 1)), {}, "send one number for each of the 6 samples"),
        ("category", "c", np.full(6, 2), {"names": ["day", "night"]}, "its position among the 2 names"),
        ("embedding", "e", np.full((6, 2), np.nan), {}, "6 embeddings have NaN"),
        ("prediction", "p", np.zeros((6, 3)), {"class_names": ["cat"]}, "send floats of shape (6, 1)"),
        ("prediction", "p", np.zeros((6, 1)), {}, "class_names, a list of texts"),
        ("detection", "d", boxes(6), {"class_names": ["cat"]}, "not ascending from 0 to 5"),
        ("detection", "d", boxes(0, label=1), {"class_names": ["cat"]}, "labels outside 0 to 0"),
        ("detection", "d", np.zeros(6), {"class_names": ["cat"]}, "send a table of"),
        ("selection", "x", np.arange(3), {}, "arrays of the kind 'selection' cannot be sent"),
        ("..", "x", np.arange(3), {}, ""),
    ],
)
def test_an_array_that_is_not_like_its_kind_is_refused(  # noqa: PLR0913, PLR0917 - two fixtures and one case of a table
    put: Put, dataset: LocalDataset, kind: str, name: str, array: Any, attributes: Any, message: str
) -> None:
    before = dataset.arrays.every()
    answer = put(kind, {name: array}, attributes)
    assert answer.status_code in (400, 404, 405)
    assert message in answer.json()["message"]
    assert dataset.arrays.every() == before


def bundle(member: bytes, compression: int = zipfile.ZIP_STORED, contents: Any = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr(CONTENTS, json.dumps(contents or {"names": ["x"], "attributes": {}}))
        archive.writestr("0.npy", member)
    return file.getvalue()


def npy(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"no archive",
        bundle(b"no array"),
        bundle(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,)}\n") + bytes(40)),
        bundle(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}\n")),
        bundle(npy("{'descr': '|O', 'fortran_order': False, 'shape': (6,)}\n") + bytes(48)),
        bundle(bytes(1000), zipfile.ZIP_DEFLATED),
        bundle(b"", contents={"names": [1], "attributes": {}}),
        bundle(b"", contents={"names": ["x"], "attributes": []}),
        bundle(b"", contents=["x"]),
    ],
    ids=["text", "member", "short", "huge", "objects", "packed", "names", "attributes", "list"],
)
def test_a_body_that_is_not_a_bundle_of_arrays_is_refused(server: str, dataset: Dataset, body: bytes) -> None:
    answer = send_bytes(server, dataset, "score", body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "FileFormatError"


@pytest.mark.parametrize("path", ["arrays/..%2f..%2f..%2fcatalog.sqlite", "arrays/%2e%2e", "filenames%2f..%2f.."])
def test_no_path_leads_out_of_the_dataset(server: str, dataset: Dataset, path: str) -> None:
    assert requests.get(f"{server}/v1/datasets/{dataset.id}/{path}", timeout=PATIENCE).status_code == 404


def test_listings_are_sent_once_while_nothing_changes(server: str, dataset: Dataset) -> None:
    for path in ("arrays", "tags"):
        address = f"{server}/v1/datasets/{dataset.id}/{path}"
        version = {"If-None-Match": requests.get(address, timeout=PATIENCE).headers["etag"]}
        assert requests.get(address, headers=version, timeout=PATIENCE).status_code == 304
        dataset.create_tag("new", np.array([0]), TagOrigin(order=np.array([0])))
        assert requests.get(address, headers=version, timeout=PATIENCE).status_code == 200
        dataset.delete_tag(dataset.tag("new"))


def test_a_client_cannot_say_that_a_tag_is_a_selection(server: str, dataset: Dataset) -> None:
    body: dict[str, Any] = {
        "name": "forged",
        "bitMaskData": "0x1",
        "totSize": 6,
        "provenance": {"operation": "x", "config": {}},
    }
    answer = requests.post(f"{server}/v1/datasets/{dataset.id}/tags", json=body, timeout=PATIENCE)
    assert answer.status_code == 422
    assert "a selection is made by the server" in answer.json()["message"]
