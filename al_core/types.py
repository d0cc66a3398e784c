"""Array types named by role, and the progress callback."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
"""Positions of samples in their dataset, 0..N-1."""

Embeddings: TypeAlias = NDArray[np.floating]
"""(N, D), one row per sample."""

Scores: TypeAlias = NDArray[np.floating]
"""(N,) in [0, 1]; higher always means more worth labeling."""

Probabilities: TypeAlias = NDArray[np.floating]
"""(N, C) class probabilities."""

ProbabilityMap: TypeAlias = NDArray[np.floating]
"""(H, W, C) class probabilities of each pixel of an image."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (done, total); raises `Cancelled` to stop the work."""
