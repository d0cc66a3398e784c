import pytest

from al_core.api.server.door.listening import check_address, check_environment
from al_core.api.server.guards.origin import is_local_name
from al_core.exceptions import NotAllowedError
from al_core.store import Workspace

FOREIGN = "192.0.2.2"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_local_addresses_are_served_without_a_token(address: str) -> None:
    def refuse_to_open() -> Workspace:
        raise AssertionError("a local address needs no look at the tokens")

    check_address(address, refuse_to_open)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", FOREIGN, "example.com", "localhost.example.com"])
def test_other_addresses_are_served_once_a_token_exists(workspace: Workspace, address: str) -> None:
    assert not is_local_name(address)
    with pytest.raises(NotAllowedError, match="create one with `al-core token create NAME` first"):
        check_address(address, lambda: workspace)
    workspace.tokens.create("ci")
    check_address(address, lambda: workspace)


def test_the_dashboard_does_not_start_where_uvicorn_believes_other_proxies() -> None:
    check_environment({})
    check_environment({"FORWARDED_ALLOW_IPS": "127.0.0.1"})
    with pytest.raises(NotAllowedError, match="list your proxies in AL_CORE_TRUSTED_PROXIES"):
        check_environment({"FORWARDED_ALLOW_IPS": "*"})
