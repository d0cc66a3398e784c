import argparse
import os
import runpy
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path

import al_core
from al_core.commands import warm
from al_core.commands.serve import DEFAULT_PORT
from al_core.commands.shell import port_argument
from al_core.exceptions import InvalidInputError

SUMMARY = "Start the dashboard and open it in the browser."

START_SECONDS = 60
"""How long the browser waits for the dashboard; a start takes one to ten seconds."""

LOW_PRIORITY = 10
"""The niceness of the compiler, so that the first pages do not wait for it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core dashboard`."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; one that other machines can reach needs a token"
    )
    parser.add_argument("--port", type=port_argument, default=DEFAULT_PORT, help=f"by default {DEFAULT_PORT}")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")


def run(arguments: argparse.Namespace) -> None:
    """Run the dashboard until the process is stopped, while a second process compiles the kernels."""
    check_port(arguments.host, arguments.port)
    if not arguments.no_browser:
        threading.Thread(target=open_browser, args=(arguments.host, arguments.port), daemon=True).start()
    compiler = compile_kernels()
    # Headless, because Streamlit would otherwise ask for an e-mail address before it opens the browser.
    options = [f"--server.address={arguments.host}", f"--server.port={arguments.port}", "--server.headless=true"]
    # The address that Streamlit prints. Without it, a server on all addresses asks the internet for its own.
    options.append(f"--browser.serverAddress={_reachable(arguments.host)}")
    # Which Streamlit takes for granted where its folder is not called site-packages, and refuses to be given a port.
    options.append("--global.developmentMode=false")
    sys.argv = ["streamlit", "run", str(find_app()), *options]
    try:
        # In this process: `python -m streamlit` would put the working directory, which may have a `ui` of its own,
        # in front of the import path. Streamlit itself puts the folder of app.py there.
        runpy.run_module("streamlit", run_name="__main__")
    finally:
        if compiler:
            compiler.terminate()


def find_app() -> Path:
    """Return the script of the dashboard: the one inside the installed package, or that of the clone."""
    package = Path(al_core.__file__).parent
    installed = package / "_dashboard" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def check_port(host: str, port: int) -> None:
    """Check that nothing listens on a port.

    Raises:
        InvalidInputError: Naming another port.
    """
    if _answers(host, port):
        raise InvalidInputError(
            f"port {port} is in use; stop the program that uses it, or choose another port: --port {port + 1}"
        )


def open_browser(host: str, port: int) -> None:
    """Wait until the dashboard listens, then show it in the browser."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(host, port):
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)
    webbrowser.open(f"http://{_reachable(host)}:{port}")


def compile_kernels() -> subprocess.Popen[bytes] | None:
    """Start a process that compiles every kernel into numba's cache, unless they are there already."""
    if warm.stamp().exists():
        return None
    # -P: without it, Python would look for al_core in the working directory first. A kernel that cannot be compiled
    # fails again where it is used, and its error is shown there. In a session of its own, Ctrl-C does not reach it.
    compiler = subprocess.Popen(
        [sys.executable, "-P", "-m", "al_core.commands.main", "warm"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.setpriority(os.PRIO_PROCESS, compiler.pid, LOW_PRIORITY)
    return compiler


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((_reachable(host), port), timeout=1).close()
    except OSError:
        return False
    return True


def _reachable(host: str) -> str:
    """Return the name by which this machine reaches what listens on an address; 0.0.0.0 means all of them."""
    return "localhost" if host in {"0.0.0.0", "::"} else host
