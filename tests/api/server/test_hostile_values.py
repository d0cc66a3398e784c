"""Whatever a write route accepts, every read route can answer with; the rest is refused, and nothing is a 500."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pytest
import requests
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.store import Workspace
from al_core.wire.array_bundle import CONTENTS
from tests.api.server.hostile_bodies import bodies
from tests.patience import PATIENCE

# As they come in a body: some are no JSON, but Python's and JavaScript's clients send them.
HOSTILE = [
    "null",
    "false",
    "NaN",
    "-Infinity",
    "1e400",
    "-0.0",
    "5e-324",
    "1.5",
    "-1",
    str(2**31),
    str(2**63 - 1),
    str(2**63),
    str(2**64),
    str(-(2**63) - 1),
    "1" + "0" * 30,
    "1" + "0" * 400,
    '""',
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"a\\u0000b"',
    '"a\\r\\nb"',
    '"\\u202e\\ufeff😀"',
    f'"{"x" * 10_000}"',
    "[]",
    "{}",
    '{"\\u0000": {"\\ud800": NaN}}',
    '{"": NaN, "__proto__": 1e999}',
    "[" * 50 + "]" * 50,
    "[" * 400 + "]" * 400,
    "[" * 5000 + "]" * 5000,
]
MARK = "@@@"


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a hostile value can stand: in place of each part of a body."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def with_mark(value: Any, path: tuple[Any, ...]) -> Any:
    """The body with the mark at one place."""
    if not path:
        return MARK
    first, *others = path
    if isinstance(value, dict):
        return {key: with_mark(part, tuple(others)) if key == first else part for key, part in value.items()}
    return [with_mark(part, tuple(others)) if key == first else part for key, part in enumerate(value)]


ROUTES = list(bodies(count()))
WRITES = [(route, path) for route, body in bodies(count()).items() for path in places(body)]


@dataclass
class Client:
    """Requests about one dataset, with the ids of what is in it."""

    address: str
    ids: dict[str, str]
    session: requests.Session

    def send(self, method: str, path: str, content: bytes) -> None:
        """Write; whether it is accepted does not matter."""
        headers = {"Content-Type": "application/json"}
        answer = self.session.request(method, self.at(path), data=content, headers=headers, timeout=PATIENCE)
        assert answer.status_code < 500, (method, path, content[:300], answer.text)

    def read(self, path: str, **ids: str) -> Any:
        """Read what has to be there, as JSON that every parser reads if it is JSON."""
        answer = self.session.get(self.at(path, **ids), timeout=PATIENCE)
        assert answer.status_code < 500, (path, answer.text)
        if answer.ok and answer.headers.get("content-type") == "application/json":
            return json.loads(answer.content, parse_constant=pytest.fail)
        return None

    def at(self, path: str, **ids: str) -> str:
        """The address with its ids."""
        return self.address + path.format(**self.ids, **{name: quote(value, safe="") for name, value in ids.items()})


def client_of(server: str, workspace: Workspace, name: str) -> Client:
    """A client of a new dataset that has one of everything."""
    embeddings = np.eye(6)[:, :3] + 0.1
    dataset = workflow.create_dataset(workspace, name, [f"{row}.jpg" for row in range(6)], embeddings)
    workflow.store_scores(dataset, np.arange(6), {"mine": np.linspace(0, 1, 6)})
    leaf = dataset.create_tag("leaf", np.array([0, 1]))
    ids = {
        "dataset": f"/datasets/{dataset.id}",
        "tag": dataset.tag("initial-tag").id,
        "leaf": leaf.id,
        "selection": workflow.run_selection(dataset, SelectionConfig("CORESET", 2, name="picked", seed=1)).tag.id,
        "embedding": dataset.arrays.get("embedding", "default").id,
        "sample": f"{dataset.id[:16]}00000000",
        "model": dataset.models.all()[0].id,
    }
    client = Client(f"{server}/v1", ids, requests.Session())
    client.send("PUT", "{dataset}/labels", b"filename,label\n0.jpg,cat\n")
    task = {"name": "animals", "type": "CLASSIFICATION", "categories": [{"id": 1, "name": "cat"}]}
    client.send("POST", "{dataset}/predictions/tasks", json.dumps(task).encode())
    entry = {"name": "weather", "path": "x", "valueDataType": "OTHER_STRING"}
    body = json.dumps({"name": "first", "configs": [entry]}).encode()
    client.send("POST", "{dataset}/configuration/metadata", body)
    ids["configuration"] = client.read("{dataset}/configuration/metadata")[0]["id"]
    return client


def read_everything(client: Client) -> None:  # noqa: PLR0912 - one branch per route
    """Read every route, with every id that the lists name."""
    while any(job["finishedAt"] is None for job in client.read("/jobs")):
        pass
    for path in ("", "/children", "/mappings?field=fileName", "/mappings?field=_id", "/filenames", "/datasource"):
        client.read("{dataset}" + path)
    client.read("/datasets")
    client.read("{dataset}/predictions/samples")
    client.send("POST", "{dataset}/predictions/tasks/animals/scores", b"")
    for sample in client.read("{dataset}/samples"):
        client.read("{dataset}/samples/{id}", id=sample["id"])
        client.read("{dataset}/predictions/samples/{id}", id=sample["id"])
    for task in client.read("{dataset}/predictions/tasks"):
        client.read("{dataset}/predictions/tasks/{name}", name=task["name"])
    for configuration in client.read("{dataset}/configuration/metadata"):
        client.read("{dataset}/configuration/metadata/{id}", id=configuration["id"])
    for array in client.read("{dataset}/arrays"):
        client.read("{dataset}/arrays/{id}", id=array["id"])
    for embedding in client.read("{dataset}/embeddings"):
        client.read("{dataset}/embeddings/{id}/readCSVUrl", id=embedding["id"])
        for view in client.read("{dataset}/embeddings/{id}/2d", id=embedding["id"]):
            client.read("{dataset}/embeddings/{id}/2d/{view}", id=embedding["id"], view=view["id"])
    for model in client.read("{dataset}/models"):
        client.read("{dataset}/models/{id}", id=model["id"])
    client.read("{dataset}/models/deleted")
    for labels in client.read("{dataset}/labels"):
        client.read("{dataset}/labels/{id}", id=labels["id"])
    client.read("{dataset}/labels/samples")
    client.read("{dataset}/labels/deleted")
    for path in ("rounds", "round-plan", "rounds-report", "test-share", "training-set", "test-set"):
        client.read("{dataset}/" + path)
    for tag in client.read("{dataset}/tags"):
        client.read("{dataset}/tags/{id}", id=tag["id"])
        client.read("{dataset}/tags/{id}/filenames", id=tag["id"])
        for score in client.read("{dataset}/tags/{id}/scores", id=tag["id"]):
            client.read("{dataset}/tags/{id}/scores/{score}", id=tag["id"], score=score["id"])
    client.read("{dataset}/tags/{selection}/group-counts")
    for name in ("LabelStudio/tasks", "LabelBox/datarows", "Sama/tasks", "basic/filenames"):
        client.read("{dataset}/tags/{tag}/export/" + name)
    for export in client.read("{dataset}/tags/{tag}/exports"):
        client.read("{dataset}/tags/{tag}/export/{name}", name=export["name"])
    for job in client.read("/jobs")[:20]:
        client.read("/jobs/{id}", id=job["id"])


def filled(text: str, ids: dict[str, str]) -> str:
    """A body with its ids; braces of JSON stand for themselves."""
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", value)
    return text


NAMES = count()
unhurried = settings(
    max_examples=12, derandomize=True, database=None, suppress_health_check=list(HealthCheck), deadline=None
)


@unhurried
@given(st.lists(st.tuples(st.sampled_from(WRITES), st.sampled_from(HOSTILE)), min_size=1, max_size=60))
def test_what_a_write_route_accepts_every_read_route_can_answer_with(
    server: str, workspace: Workspace, writes: list[tuple[tuple[tuple[str, str], tuple[Any, ...]], str]]
) -> None:
    client = client_of(server, workspace, f"dataset {next(NAMES)}")
    for (route, place), fragment in writes:
        body = json.dumps(with_mark(bodies(NAMES)[route], place))
        content = filled(body, client.ids).replace(f'"{MARK}"', fragment)
        client.send(*route, content.encode())
    read_everything(client)


@pytest.mark.parametrize("place", [("facts",), ("facts", "source"), ("names", 0)], ids=str)
def test_what_a_file_of_arrays_says_can_be_read(
    server: str, workspace: Workspace, place: tuple[str | int, ...]
) -> None:
    client = client_of(server, workspace, "arrays")
    for fragment in HOSTILE:
        contents = json.dumps(with_mark({"names": ["loss"], "facts": {"source": 1}}, place))
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            archive.writestr(CONTENTS, contents.replace(f'"{MARK}"', fragment))
            with archive.open("0.npy", "w") as member:
                np.save(member, np.linspace(0, 1, 6))
        client.send("PUT", "{dataset}/arrays/score", body.getvalue())
        client.read("{dataset}/arrays")
    read_everything(client)


def test_what_a_file_of_images_says_can_be_read(server: str, workspace: Workspace) -> None:
    client = client_of(server, workspace, "images")
    columns = {
        "filename": pa.array([f"{row}.jpg" for row in range(6)], pa.large_string()),
        "embedding": pa.FixedSizeListArray.from_arrays(pa.array(np.arange(12, dtype=np.float32)), 2),
        "digest": pa.array([bytes([row] * 32) for row in range(6)], pa.binary(32)),
    }
    for position, fragment in enumerate(HOSTILE):
        table = pa.table(columns).replace_schema_metadata({"al_core": f'{{"model": {fragment}}}'})
        body = io.BytesIO()
        with pa.ipc.new_file(body, table.schema) as writer:
            writer.write_table(table)
        client.send("PUT", f"{{dataset}}/embeddings/images?name=images{position}", body.getvalue())
        client.read("{dataset}/arrays")
    read_everything(client)


def test_the_class_names_of_a_file_can_be_read(server: str, workspace: Workspace) -> None:
    client = client_of(server, workspace, "classes")
    for header in (b"cat\0", b"\xed\xa0\x80", b"x" * 100_000, "\u202e".encode(), b'"a\r\nb"', b"=1+1"):
        lines = [b"filename,dog," + header, *(f"{row}.jpg,0.5,0.5".encode() for row in range(6))]
        client.send("PUT", "{dataset}/predictions", b"\n".join(lines))
        client.read("{dataset}/arrays")
    read_everything(client)


def test_every_route_that_takes_json_is_tried(shared_api: FastAPI) -> None:
    document = shared_api.openapi()
    with_json = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert len(with_json) == len(ROUTES)
