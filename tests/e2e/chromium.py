"""Finds a Chromium for the browser tests; run as a script it installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The executable of a Chromium that starts: the system's if there is one, otherwise Playwright's own."""
    system = (path for name in NAMES if (path := shutil.which(name)) and _starts(path))
    return next(system, None) or _playwright_chromium()


def _playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if _starts(path) else None


def _starts(path: str) -> bool:
    # Ubuntu's chromium-browser is a stub that only tells people to install the snap.
    return Path(path).exists() and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def install_chromium() -> None:
    """Debian's package when root, otherwise (or where that gives none) Playwright's own build."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], env=environment, check=False
        )
    if find_chromium() is None:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", *["--with-deps"] * is_root, "chromium"], check=False
        )


if __name__ == "__main__":
    if find_chromium() is None:
        print("Installing Chromium for the browser tests")
        install_chromium()
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium: the browser tests need one. Install it (Debian: apt install chromium), then: make test")
    print(f"Browser tests use {chromium}")
