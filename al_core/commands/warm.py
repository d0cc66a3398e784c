import argparse
import contextlib
import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

import al_core

SUMMARY = "Compile the kernels now, so that the first selection, score and map need not wait."


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core warm`: none."""


def run(_arguments: argparse.Namespace) -> None:
    """Run every compiled kernel once; numba caches the machine code, for the user if the package is read-only."""
    from al_core.config import SamplingMethod, SelectionConfig
    from al_core.projection.umap import umap_2d
    from al_core.scorers import ScorerClassification
    from al_core.selection import quality, select

    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(20_000, 64)).astype(np.float32)
    probabilities = rng.dirichlet(np.ones(4), len(embeddings)).astype(np.float32)
    scores = ScorerClassification(probabilities).calculate_scores()["uncertainty_margin"]
    for config in (
        SelectionConfig(SamplingMethod.CORESET, 400),
        SelectionConfig(SamplingMethod.CORAL, 400),
        SelectionConfig(SamplingMethod.CORAL, 400, coral="product"),
        SelectionConfig(SamplingMethod.ACTIVE_LEARNING, 50, min_distance=0.1),
        SelectionConfig(SamplingMethod.CORESET, 20),
    ):
        quality(embeddings, rows=select(embeddings, config, scores=scores), scores=scores)
    # Short vectors have a kernel of their own.
    select(embeddings[:, :8], SelectionConfig(SamplingMethod.CORESET, 20))
    umap_2d(embeddings[:2_000], seed=0)
    # Without a folder for the stamp, the next dashboard merely compiles, or checks, once more.
    with contextlib.suppress(OSError):
        stamp().parent.mkdir(parents=True, exist_ok=True)
        stamp().touch()


def stamp() -> Path:
    """Return the file that exists once this installation's kernels are compiled.

    Its name says what numba's cache depends on: another installation, version or cache has a stamp of its own.
    Checking the kernels themselves would mean to run them, which takes seconds.
    """
    package = Path(al_core.__file__)
    state = (
        package,
        package.stat().st_mtime_ns,
        al_core.__version__,
        version("numba"),
        sys.version,
        os.environ.get("NUMBA_CACHE_DIR"),
    )
    digest = hashlib.sha256(repr(state).encode()).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return cache / "al_core" / f"kernels-{digest[:16]}"
