"""Finds or installs nginx, and runs one in front of the app; as a script it installs one where there is none."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.e2e.server import free_port
from tests.patience import PATIENCE

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {target};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            {headers}
        }}
    }}
}}
"""
FORWARDING = """
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
"""
"""What docs/security.md tells people to set."""


def find_nginx() -> str | None:
    """The executable of nginx; /usr/sbin is not in everybody's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")


@contextmanager
def running_nginx(folder: Path, target: str, headers: str = "") -> Iterator[str]:
    """The address of an nginx that passes everything on to `target`, with these headers set."""
    executable = find_nginx()
    if executable is None:
        raise RuntimeError("the tests behind a proxy need nginx; `make test` installs one on Debian as root")
    folder.mkdir()
    port = free_port()
    configuration = folder / "nginx.conf"
    text = CONFIGURATION.format(folder=folder, port=port, target=target, headers=headers)
    configuration.write_text(text, encoding="utf-8")
    log = folder / "nginx.log"
    with log.open("wb") as output:
        proxy = subprocess.Popen([executable, "-p", str(folder), "-c", str(configuration)], stderr=output)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for_answer(address, proxy, log)
        yield address
    finally:
        proxy.terminate()
        proxy.wait(timeout=PATIENCE)


def _wait_for_answer(address: str, proxy: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and proxy.poll() is None:
        try:
            requests.get(address, timeout=PATIENCE, allow_redirects=False)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nginx did not start within {PATIENCE} s; it says:\n{log.read_text()}")


def install_nginx() -> None:
    """Debian's package, when root."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", "nginx-light"], env=environment, check=False
        )


if __name__ == "__main__":
    if find_nginx() is None:
        print("Installing nginx for the tests behind a proxy")
        install_nginx()
    if find_nginx() is None:
        sys.exit(
            "No nginx: the tests behind a proxy need one. Install it (Debian: apt install nginx-light), then: make test"
        )
    print(f"Tests behind a proxy use {find_nginx()}")
