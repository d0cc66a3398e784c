from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.projection.pca import pca_2d
from al_core.projection.project import Method, project
from al_core.projection.tsne import tsne_2d
from al_core.projection.umap import umap_2d

EMBEDDINGS = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("PCA", lambda: pca_2d(EMBEDDINGS)),
        ("TSNE", lambda: tsne_2d(EMBEDDINGS, seed=1)),
        ("UMAP", lambda: umap_2d(EMBEDDINGS, seed=1)),
    ],
)
def test_a_view_is_that_of_its_method(method: Method, expected: Callable[[], NDArray[np.float32]]) -> None:
    np.testing.assert_array_equal(project(EMBEDDINGS, method, seed=1), expected())
