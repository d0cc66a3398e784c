from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from al_core.selection.request import Request


@pytest.fixture(scope="session")
def request_for() -> Callable[..., Request]:
    """Build the request that `select` would hand to a method."""

    def build(embeddings: Any, config: Any, *, labeled: Any = (), scores: Any = None, graph: Any = None) -> Request:
        labeled = np.array(sorted(labeled), np.int64)
        candidates = np.setdiff1d(np.arange(len(embeddings)), labeled)
        n_new = len(candidates) if config.n_samples == -1 else config.n_samples - len(labeled)
        return Request(
            candidates=candidates,
            labeled=labeled,
            n_new=min(n_new, len(candidates)),
            config=config,
            embeddings=embeddings,
            row_scores=scores,
            graph=graph,
            progress=lambda done, total: None,
        )

    return build
