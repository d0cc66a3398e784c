from al_core.api.server.settings import LOCAL_HOSTS, Settings


def test_the_default_settings_trust_this_machine_only() -> None:
    assert Settings().allowed_hosts == LOCAL_HOSTS == ("localhost", "127.0.0.1", "::1")
