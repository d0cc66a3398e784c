import socket
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

from al_core.commands import dashboard, warm
from al_core.commands.main import main


@pytest.fixture
def port() -> Iterator[int]:
    """A port that something listens on, on every address of this machine."""
    with socket.create_server(("0.0.0.0", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the browser is asked to open."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


def test_a_port_in_use_is_refused_with_another_to_choose(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboard", "--port", str(port)]) == 1
    assert capsys.readouterr().err == (
        f"al-core dashboard: port {port} is in use; stop the program that uses it, "
        f"or choose another port: --port {port + 1}\n"
    )


@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost")])
def test_the_browser_opens_the_name_by_which_this_machine_reaches_itself(
    host: str, name: str, port: int, opened: list[str]
) -> None:
    dashboard.open_browser(host, port)
    assert opened == [f"http://{name}:{port}"]


def test_the_browser_stays_closed_when_the_dashboard_does_not_start(
    monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    monkeypatch.setattr(dashboard, "START_SECONDS", 0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dashboard.open_browser("127.0.0.1", unused.getsockname()[1])
    assert opened == []


def test_a_clone_runs_its_own_script() -> None:
    assert dashboard.find_app().read_text(encoding="utf-8").startswith('"""The dashboard and,')


def test_compiled_kernels_are_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    warm.stamp().parent.mkdir()
    warm.stamp().touch()
    assert dashboard.compile_kernels() is None


def test_another_cache_of_kernels_has_another_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = warm.stamp()
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    assert warm.stamp() != stamp
