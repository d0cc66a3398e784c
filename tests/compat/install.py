"""Puts Lightly's real clients, from PyPI and unchanged, into the virtual environment; each into a folder of its own.

The dependencies that they declare stay away: torch alone is ten times as large as everything else here.
"""

import subprocess
import sys
from pathlib import Path

CLIENTS = {
    # numpy: from 2.4 on, Lightly's classification scorer fails with a TypeError.
    "1.2.25": ("lightly==1.2.25", "lightly-utils==0.0.2", "six==1.17.0", "numpy==2.3.5"),
    "1.1.10": ("lightly==1.1.10", "lightly-utils==0.0.2", "six==1.17.0", "numpy==2.3.5"),
}


def client_folder(version: str) -> Path:
    return Path(sys.prefix) / "lightly" / version


def install(version: str) -> None:
    folder = client_folder(version)
    stamp = folder / "installed.txt"
    wanted = " ".join(CLIENTS[version])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"Installing Lightly's client {version} for the tests")
    options = ["--quiet", "--no-deps", "--upgrade", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *CLIENTS[version]], check=True)
    stamp.write_text(wanted)


if __name__ == "__main__":
    for version in CLIENTS:
        install(version)
