"""Claim: in 10,000 requests drawn from the OpenAPI document, schemathesis finds nothing, with all its checks on.

A real server answers, with a token that may write. What is excluded stands in `openapi.toml`, each with its reason.

`python -m benchmarks.openapi [--examples N] [--seed S]`; with AL_CORE_DATABASE_URL the catalog is in that database.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from al_core import workflow
from al_core.store import Workspace
from benchmarks.growth import wait_for

FOLDER = Path(__file__).parent
N_SAMPLES = 50

EXAMPLES = 100
"""For each operation, beside those that cover its parameters: 13,216 cases for 116 operations."""


@contextmanager
def running_server(home: Path) -> Iterator[tuple[str, str]]:
    """Run a server with a dataset; give its address and a token."""
    rng = np.random.default_rng(0)
    with Workspace(home) as workspace:
        embeddings = rng.normal(size=(N_SAMPLES, 8)).astype(np.float32)
        filenames = [f"{row}.png" for row in range(N_SAMPLES)]
        dataset = workflow.create_dataset(workspace, "animals", filenames, embeddings)
        workflow.store_scores(dataset, np.arange(N_SAMPLES), {"mine": np.linspace(0, 1, N_SAMPLES)})
        token = workspace.tokens.create("schemathesis")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("al-core")), "serve", f"--port={port}"]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | {"AL_CORE_HOME": str(home)}, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}/v1"
            wait_for(f"{address}/openapi.json", server)
            yield address, token
        finally:
            server.kill()
            server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, running_server(Path(home)) as (address, token):
        schemathesis = [str(Path(sys.executable).with_name("st")), f"--config-file={FOLDER / 'openapi.toml'}", "run"]
        drawn = [f"--max-examples={arguments.examples}", f"--seed={arguments.seed}", "--phases=coverage,fuzzing"]
        options = ["--continue-on-failure", "--request-timeout=120", "--warnings=off", "--output-truncate=false"]
        where = [f"{address}/openapi.json", "--url", address, "--header", f"Authorization: Bearer {token}"]
        hooks = {"SCHEMATHESIS_HOOKS": "benchmarks.openapi_hooks"}
        command = [*schemathesis, *where, *drawn, *options]
        sys.exit(subprocess.run(command, check=False, env=os.environ | hooks).returncode)


if __name__ == "__main__":
    main()
