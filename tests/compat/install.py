"""Puts Lightly's real clients and the code of labeling tools, from PyPI and unchanged, into the virtual environment.

Each goes into a separate folder, without its declared dependencies: torch alone is ten times as large as
everything else here.
"""

import subprocess
import sys
from pathlib import Path

LABELING_TOOLS = "labeling-tools"
CLIENTS = {
    # numpy: from 2.4 on, Lightly's classification scorer fails with a TypeError.
    "1.2.25": ("lightly==1.2.25", "lightly-utils==0.0.2", "six==1.17.0", "numpy==2.3.5"),
    "1.1.10": ("lightly==1.1.10", "lightly-utils==0.0.2", "six==1.17.0", "numpy==2.3.5"),
    LABELING_TOOLS: ("label-studio-sdk==2.1.2", "labelbox==7.17.0", "xmljson==0.2.1", "lxml==6.1.3", "geojson==3.3.0"),
}


def client_folder(version: str) -> Path:
    return Path(sys.prefix) / "lightly" / version


def install(version: str) -> None:
    folder = client_folder(version)
    stamp = folder / "installed.txt"
    wanted = " ".join(CLIENTS[version])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"Installing {CLIENTS[version][0]} and the like for the tests")
    options = ["--quiet", "--no-deps", "--upgrade", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, *CLIENTS[version]], check=True)
    stamp.write_text(wanted)


if __name__ == "__main__":
    for version in CLIENTS:
        install(version)
