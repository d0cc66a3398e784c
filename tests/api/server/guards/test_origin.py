import pytest
import requests

from tests.api.calls import Api
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8501"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_foreign_hosts_and_pages_are_refused(api: Api, headers: dict[str, str]) -> None:
    assert api("GET", "/datasets", 403, headers=headers)["code"] == "FORBIDDEN"


def test_no_name_gets_into_a_header(api: Api) -> None:
    forged = "a\r\nSet-Cookie: x=1"
    api("POST", "/datasets", 400, {"name": forged})
    api("POST", f"{api.dataset}/tags", 400, {"name": forged, "bitMaskData": "0x1", "totSize": 6})
    api("POST", f"{api.dataset}/samples", 400, {"fileName": forged})
    address = f"{api.address}{api.dataset}/embeddings/writeCSVUrl"
    answer = requests.get(address, params={"name": forged}, timeout=PATIENCE)
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers
