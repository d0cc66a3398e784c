"""Images dropped on the dashboard, over a real server."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from al_core.api.server.drop import drop_app
from al_core.api.server.settings import Settings
from al_core.store import LocalDataset, Workspace
from tests.api.calls import PNG
from tests.patience import PATIENCE
from tests.serving import served

MODIFIED = 1_700_000_000_123
SETTINGS = Settings(max_image_mb=1, max_drop_files=3)


@pytest.fixture
def dataset(workspace: Workspace) -> LocalDataset:
    return workspace.create_dataset("cats")


@pytest.fixture
def address(workspace: Workspace, dataset: LocalDataset) -> Iterator[str]:
    with served(drop_app(lambda: workspace, SETTINGS)) as server:
        yield f"{server}/{dataset.id}"


Put = Callable[[str, bytes], requests.Response]


@pytest.fixture
def put(address: str) -> Put:
    def send(name: str, content: bytes) -> requests.Response:
        query: dict[str, str | int] = {"name": name, "bytes": len(content), "modified": MODIFIED}
        return requests.put(address, content, params=query, timeout=PATIENCE)

    return send


def ask(address: str, *files: Any) -> requests.Response:
    return requests.post(address, json=list(files), timeout=PATIENCE)


def kept(dataset: LocalDataset) -> list[str]:
    paths = dataset.uploads_dir.rglob("*") if dataset.uploads_dir.exists() else ()
    return sorted(path.relative_to(dataset.uploads_dir).as_posix() for path in paths if path.is_file())


def test_images_are_kept_and_the_next_try_sends_only_the_others(address: str, put: Put, dataset: LocalDataset) -> None:
    files = [["a.png", len(PNG), MODIFIED], ["sub/ü b&c=1.png", len(PNG), MODIFIED]]
    assert ask(address, *files).json() == {"missing": [0, 1], "refused": {}}
    answer = put("sub/ü b&c=1.png", PNG)
    assert (answer.status_code, answer.json()) == (201, {"isNew": True})
    assert ask(address, *files).json() == {"missing": [0], "refused": {}}
    assert put("sub/ü b&c=1.png", PNG).json() == {"isNew": False}
    assert kept(dataset) == ["sub/ü b&c=1.png"]


def test_a_name_that_leads_out_is_refused_beside_others_that_are_wanted(address: str) -> None:
    answer = ask(address, ["../a.png", 5, 0], ["a.png", 5, 0], ["a.exe", 5, 0], ["b.png", 0, 0], ["c.png", 2**21, 0])
    assert answer.json()["missing"] == [1]
    assert list(answer.json()["refused"]) == ["0", "2", "3", "4"]
    assert "plain relative path" in answer.json()["refused"]["0"]
    assert "AL_CORE_MAX_IMAGE_MB" in answer.json()["refused"]["4"]


@pytest.mark.parametrize("name", ["../../a.png", "/tmp/a.png", "a\\b.png", "", "a.html", "%2e%2e/a.svg"])
def test_no_hostile_name_reaches_the_disk(put: Put, dataset: LocalDataset, name: str) -> None:
    answer = put(name, PNG)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert kept(dataset) == []


def test_another_image_of_a_name_that_is_there_is_refused(put: Put, dataset: LocalDataset) -> None:
    put("a.png", PNG)
    answer = put("a.png", PNG + b"!")
    assert answer.status_code == 409
    assert (dataset.uploads_dir / "a.png").read_bytes() == PNG


def test_an_image_above_the_limit_is_refused_whether_it_says_so_or_not(
    address: str, put: Put, dataset: LocalDataset
) -> None:
    assert put("a.png", b"x" * (2**20 + 1)).status_code == 413
    liar = {"name": "a.png", "bytes": "5", "modified": "0"}
    # An iterator has no length, so that requests sends it in chunks.
    blocks = iter([b"x" * 2**19] * 4)
    assert requests.put(address, blocks, params=liar, timeout=PATIENCE).status_code == 413
    assert requests.put(address, b"123456", params=liar, timeout=PATIENCE).status_code == 400
    assert kept(dataset) == []


def test_a_dataset_takes_no_more_than_its_limit(address: str, put: Put, dataset: LocalDataset) -> None:
    for name in ("a.png", "b.png", "c.png"):
        assert put(name, PNG).status_code == 201
    assert "AL_CORE_MAX_DROP_FILES" in put("d.png", PNG).json()["message"]
    assert ask(address, ["d.png", 5, 0]).status_code == 400
    # What is there needs no room.
    assert put("c.png", PNG).status_code == 200
    assert len(kept(dataset)) == 3


def test_a_browser_that_is_killed_leaves_no_half_image(
    address: str, dataset: LocalDataset, workspace: Workspace
) -> None:
    place = urlsplit(address)
    line = f"PUT {place.path}?name=a.png&bytes=1000&modified=0 HTTP/1.1\r\n"
    head = f"{line}Host: {place.netloc}\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection((place.hostname, place.port or 0), timeout=PATIENCE) as connection:
        connection.sendall(head.encode() + b"x" * 500)
    assert ask(address, ["a.png", 1000, 0]).json()["missing"] == [0]
    assert kept(dataset) == []


@pytest.mark.parametrize(
    "body", [b"{}", b"[1]", b'[["a.png"]]', b'[["a.png", "5", 0]]', b'[["a.png", 5, -1]]', b"[", b"[[1,2,3]]"]
)
def test_a_question_that_lists_no_files_is_refused(address: str, body: bytes) -> None:
    answer = requests.post(address, body, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")


def test_a_question_about_too_many_files_is_refused(address: str) -> None:
    assert ask(address, *[["a.png", 5, 0]] * 1001).status_code == 400


def test_an_unknown_dataset_or_one_by_its_name_is_a_404(address: str) -> None:
    for name in ("cats", "unknown"):
        answer = ask(address.rsplit("/", 1)[0] + f"/{name}")
        assert answer.status_code == 404


def test_a_dataset_with_a_folder_of_its_own_takes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.create_dataset("mine", images_dir=tmp_path)
    with served(drop_app(lambda: workspace, SETTINGS)) as server:
        answer = ask(f"{server}/{dataset.id}", ["a.png", 5, 0])
    assert (answer.status_code, "nothing is written to it" in answer.json()["message"]) == (400, True)
