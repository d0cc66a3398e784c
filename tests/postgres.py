"""Runs pytest, with the arguments given, on its own PostgreSQL server: `python tests/postgres.py tests/api`.

The server lives in a temporary folder, listens on a socket there, and is gone afterwards. Where PostgreSQL is not
installed, Debian's package is.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def install() -> Path:
    print("Installing Debian's PostgreSQL")
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    # A machine that never updated its lists knows no packages; an old list may still do.
    subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False)
    subprocess.run([*prefix, "apt-get", "install", "-y", "-qq", "postgresql"], check=True)
    found = find_binaries()
    assert found, "apt-get installed no PostgreSQL"
    return found


@contextmanager
def running_server() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database."""
    binaries = find_binaries() or install()
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    prefix = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="al_core-postgres-"))
    if prefix:
        shutil.chown(folder, user)
    control = [*prefix, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    initdb = [*prefix, str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "al_core", "--auth=trust"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        subprocess.run([*control, "start", "-o", f"-k {folder} -c listen_addresses= -F"], check=True, cwd=folder)
        yield f"postgresql+psycopg://al_core@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "stop", "-m", "immediate"], check=True, cwd=folder)
        shutil.rmtree(folder)


if __name__ == "__main__":
    with running_server() as url:
        environment = os.environ | {"AL_CORE_TEST_DATABASE_URL": url}
        status = subprocess.run(
            [sys.executable, "-m", "pytest", *sys.argv[1:]], env=environment, check=False
        ).returncode
    sys.exit(status)
