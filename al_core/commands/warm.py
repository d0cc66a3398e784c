import argparse

import numpy as np

SUMMARY = "Compile the kernels now, so that the first selection, score and map need not wait."


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `al-core warm`: none."""


def run(_arguments: argparse.Namespace) -> None:
    """Run every compiled kernel once; numba caches the machine code."""
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
