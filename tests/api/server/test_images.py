from urllib.parse import urlsplit

import pytest
import requests

from tests.api.calls import PNG, Api


@pytest.fixture
def write_url(empty: Api) -> str:
    sample = empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "folder/a.png"})["id"]
    return str(empty("GET", f"{empty.dataset}/samples/{sample}/writeurls", 200)["full"])


def test_an_image_is_written_once(empty: Api, write_url: str) -> None:
    assert requests.put(write_url, PNG, timeout=30).status_code == 200
    assert requests.put(write_url, PNG, timeout=30).status_code == 200
    assert requests.put(write_url, PNG + b"!", timeout=30).status_code == 403
    sample = urlsplit(write_url).path.split("/")[-2]
    url = empty("GET", f"{empty.dataset}/samples/{sample}/readurl?type=full", 200)
    answer = requests.get(url, timeout=30)
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
