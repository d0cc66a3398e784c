import pytest
import requests
from starlette.datastructures import Headers

from al_core.api.server.errors import ApiError
from al_core.api.server.guards.size import check_length
from al_core.api.server.settings import Settings
from al_core.store import Workspace
from tests.api.calls import Api
from tests.api.conftest import api_server
from tests.patience import PATIENCE


def test_an_oversized_body_is_refused_with_and_without_a_length(workspace: Workspace) -> None:
    with api_server(workspace, Settings(max_body_mb=1)) as address:
        api = Api(address)
        assert api("POST", "/datasets", 413, {"name": "x" * (1 << 20)})["code"] == "CONTENT_TOO_LARGE"
        chunks = (b"x" * 65536 for _ in range(20))
        assert requests.post(f"{api.address}/datasets", data=chunks, timeout=PATIENCE).status_code == 413


def test_json_has_a_lower_limit_than_a_file(workspace: Workspace) -> None:
    with api_server(workspace, Settings(max_json_mb=1, max_body_mb=2)) as address:
        api = Api(address, workspace.create_dataset("empty").id)
        large = b"x" * (3 << 19)
        headers = {"Content-Type": "application/json"}
        refusal = api("POST", "/datasets", 413, data=large, headers=headers)
        assert refusal["message"] == "a JSON body may have at most 1 MB; send it in parts"
        chunks = (large[:65536] for _ in range(24))
        assert api("POST", "/datasets", 413, data=chunks, headers=headers)["code"] == "CONTENT_TOO_LARGE"
        assert "not an Arrow file" in api("PUT", f"{api.dataset}/embeddings?name=x", 400, data=large)["message"]
        assert api("PUT", f"{api.dataset}/embeddings?name=x", 413, data=large * 2)["code"] == "CONTENT_TOO_LARGE"


@pytest.mark.parametrize("length", ["-1", "x", "1.5"])
def test_a_length_that_is_no_whole_number_is_refused(length: str) -> None:
    with pytest.raises(ApiError, match="must be a whole number"):
        check_length(Headers({"content-length": length}), limit=10)


def test_a_length_of_more_digits_than_python_reads_is_too_large() -> None:
    with pytest.raises(ApiError) as refusal:
        check_length(Headers({"content-length": "9" * 5000}), limit=10)
    assert refusal.value.status_code == 413
