import pytest
import requests

from al_core.api.server.errors import ApiError
from al_core.api.server.guards.rate import Meter
from al_core.api.server.settings import Settings
from al_core.store import Workspace
from tests.api.calls import Api
from tests.api.conftest import api_server
from tests.patience import PATIENCE


def test_wrong_tokens_are_slowed_down(guarded: Api) -> None:
    statuses = {requests.get(f"{guarded.address}/datasets?token=x{n}", timeout=PATIENCE).status_code for n in range(30)}
    assert statuses == {401, 429}


def test_a_client_has_a_limit_of_requests() -> None:
    meter = Meter(limit=1)
    with pytest.raises(ApiError, match="at most 1 requests per second") as refusal:  # noqa: PT012
        for _ in range(1000):
            meter.count("10.0.0.7")
    assert refusal.value.headers == {"Retry-After": "1"}


def test_each_client_is_counted_on_its_own_and_the_silent_ones_are_forgotten() -> None:
    meter = Meter(limit=1, n_clients=10)
    for number in range(1000):
        meter.count(f"10.0.0.{number}")


def test_this_machine_has_no_limit(workspace: Workspace) -> None:
    with api_server(workspace, Settings(requests_per_second=1)) as address:
        assert {requests.get(f"{address}/v1/quota", timeout=PATIENCE).status_code for _ in range(20)} == {200}
