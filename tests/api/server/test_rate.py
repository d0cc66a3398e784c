from collections import deque

import pytest
import requests

from al_core.api.server.errors import ApiError
from al_core.api.server.guards import Meter
from tests.api.calls import Api


def test_wrong_tokens_are_slowed_down(guarded: Api) -> None:
    statuses = {requests.get(f"{guarded.address}/datasets?token=x{n}", timeout=30).status_code for n in range(30)}
    assert statuses == {401, 429}


def test_other_machines_have_a_limit_of_requests() -> None:
    meter = Meter(per_second=1)
    for _ in range(1000):
        meter.count("127.0.0.1", is_exempt=True)
    with pytest.raises(ApiError, match="at most 1 requests a second"):
        deque((meter.count("10.0.0.7", is_exempt=False) for _ in range(1000)), maxlen=0)
