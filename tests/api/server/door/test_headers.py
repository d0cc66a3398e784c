import re
from collections.abc import Mapping

import pytest
import requests

from al_core.api.server.settings import Settings, read_settings
from al_core.exceptions import InvalidInputError
from al_core.store import Workspace
from tests.api.calls import Api
from tests.api.server.door.dashboards import dashboard
from tests.patience import PATIENCE
from tests.serving import served

PATHS = ["/", "/explore", "/drop/0", "/images/0/0", "/jobs/0", "/map/0", "/v1/datasets", "/sign-in"]


def check(headers: Mapping[str, str], ancestors: str = "'none'") -> None:
    policy = headers["content-security-policy"]
    sources = re.findall(r"[^\s;]+", re.sub(r"frame-ancestors [^;]*", "", policy))
    assert not [source for source in sources if "//" in source or "*" in source or re.fullmatch(r"https?:", source)]
    assert policy.endswith(f"; frame-ancestors {ancestors}")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_every_answer_names_no_other_host_and_may_not_be_framed(workspace: Workspace) -> None:
    with served(dashboard(workspace)) as address:
        for path in PATHS:
            check(requests.get(address + path, timeout=PATIENCE).headers)
        check(requests.get(address, headers={"Host": "evil.example"}, timeout=PATIENCE).headers)
        check(requests.get(address, headers={"Via": "1.1 proxy"}, timeout=PATIENCE).headers)


@pytest.mark.parametrize("path", ["/datasets", "/docs", "/nowhere", "/signed/x", "/datasets?token=wrong"])
def test_every_answer_of_the_api_has_them_too(api: Api, path: str) -> None:
    answer = requests.get(api.address + path, timeout=PATIENCE)
    check(answer.headers)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_portal_may_be_allowed_to_frame_the_pages(workspace: Workspace) -> None:
    settings = read_settings({"AL_CORE_FRAME_ANCESTORS": "https://portal.example https://*.lab.example:8443"})
    with served(dashboard(workspace, settings)) as address:
        check(requests.get(address, timeout=PATIENCE).headers, "https://portal.example https://*.lab.example:8443")


@pytest.mark.parametrize("value", ["portal.example", "https://a;script-src *", "*", "https://a, https://b"])
def test_what_is_no_origin_does_not_get_into_the_header(value: str) -> None:
    with pytest.raises(InvalidInputError, match="AL_CORE_FRAME_ANCESTORS"):
        read_settings({"AL_CORE_FRAME_ANCESTORS": value})


def test_trusted_proxies_are_addresses() -> None:
    assert read_settings({"AL_CORE_TRUSTED_PROXIES": "10.0.0.7, fd00::0:2"}).trusted_proxies == ("10.0.0.7", "fd00::2")
    with pytest.raises(InvalidInputError, match="AL_CORE_TRUSTED_PROXIES"):
        read_settings({"AL_CORE_TRUSTED_PROXIES": "proxy.example"})
    assert Settings().trusted_proxies == ()
