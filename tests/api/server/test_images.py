from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from al_core.store import Workspace
from tests.api.calls import PNG, Api
from tests.patience import PATIENCE


def test_an_image_is_written_once(empty: Api, write_url: str) -> None:
    assert requests.put(write_url, PNG, timeout=PATIENCE).status_code == 200
    assert requests.put(write_url, PNG, timeout=PATIENCE).status_code == 200
    assert requests.put(write_url, PNG + b"!", timeout=PATIENCE).status_code == 403
    sample = urlsplit(write_url).path.split("/")[-2]
    url = empty("GET", f"{empty.dataset}/samples/{sample}/readurl?type=full", 200)
    answer = requests.get(url, timeout=PATIENCE)
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


def put_image(api: Api, filename: str) -> requests.Response:
    """The answer to an image of a new sample."""
    sample = api("POST", f"{api.dataset}/samples", 201, {"fileName": filename})["id"]
    url = api("GET", f"{api.dataset}/samples/{sample}/writeurls", 200)["full"]
    return requests.put(url, PNG, timeout=PATIENCE)


@pytest.mark.parametrize("names", [("a.png", "a.png/b.png"), ("a.png/b.png", "a.png")])
def test_an_image_cannot_be_a_folder_too(empty: Api, names: tuple[str, str]) -> None:
    first, second = names
    assert put_image(empty, first).status_code == 200
    answer = put_image(empty, second)
    assert answer.status_code == 400
    assert "rename one of them" in answer.json()["message"]


@pytest.mark.parametrize(
    ("filename", "reason"),
    [
        (f"{'x' * 296}.png", "300 bytes; the name of a file or folder may have at most 255"),
        (f"{'ü' * 150}.png", "304 bytes"),
        ("f/" * 1500 + "a.png", "too long for a path; use at most 1,024 bytes and 64 folders"),
        ("f/" * 70 + "a.png", "too long for a path"),
    ],
)
def test_a_filename_that_no_disk_takes_is_refused_with_its_reason(empty: Api, filename: str, reason: str) -> None:
    assert reason in empty("POST", f"{empty.dataset}/samples", 400, {"fileName": filename})["message"]


def test_an_image_of_a_sample_that_came_with_an_overlong_name_is_refused(empty: Api, workspace: Workspace) -> None:
    dataset = workspace.dataset("empty")
    dataset.set_samples(["x" * 300 + ".png", "f/" * 1500 + "a.png"])
    for sample in empty("GET", f"{empty.dataset}/mappings?field=_id", 200):
        url = empty("GET", f"{empty.dataset}/samples/{sample}/writeurls", 200)["full"]
        assert requests.put(url, PNG, timeout=PATIENCE).status_code == 400
        url = empty("GET", f"{empty.dataset}/samples/{sample}/readurl", 200)
        assert requests.get(url, timeout=PATIENCE).status_code == 404


def test_no_image_is_written_through_a_link(empty: Api, workspace: Workspace, tmp_path: Path) -> None:
    assert put_image(empty, "a.png").status_code == 200
    (workspace.dataset("empty").uploads_dir / "linked").symlink_to(tmp_path)
    answer = put_image(empty, "linked/b.png")
    assert "leads out of the folder" in answer.json()["message"]
    assert not (tmp_path / "b.png").exists()
