import requests

from al_core.api.server.settings import Settings
from al_core.store import Workspace
from tests.api.calls import Api
from tests.api.conftest import api_server


def test_an_oversized_body_is_refused_with_and_without_a_length(workspace: Workspace) -> None:
    with api_server(workspace, Settings(max_body_mb=1)) as address:
        api = Api(address)
        assert api("POST", "/datasets", 413, {"name": "x" * (1 << 20)})["code"] == "CONTENT_TOO_LARGE"
        chunks = (b"x" * 65536 for _ in range(20))
        assert requests.post(f"{api.address}/datasets", data=chunks, timeout=30).status_code == 413
