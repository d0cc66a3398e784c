"""t-SNE, for clients that ask for it."""

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import unit_vectors
from al_core.projection.pca import pca_2d
from al_core.types import Embeddings

# scikit-learn's default, and the fewest rows that have neighbors to speak of.
_PERPLEXITY = 30
_FEWEST_ROWS = 4
# As scikit-learn does with init="pca": a start so small that the first steps can rearrange it.
_START_DEVIATION = 1e-4


def tsne_2d(embeddings: Embeddings, *, seed: int) -> NDArray[np.float32]:
    """Return the (N, 2) t-SNE layout of the rows, scaled to length 1 and started from PCA.

    Its time grows with N log N from a high base: about a minute for 10,000 rows, where `umap_2d` takes seconds.

    Args:
        embeddings: (N, D).
        seed: Of the optimization.

    Raises:
        InvalidInputError: `embeddings` is not two-dimensional or a row is not finite.

    Source: van der Maaten, Hinton, Visualizing Data using t-SNE (JMLR 2008), in scikit-learn's implementation.
    """
    start = pca_2d(embeddings)
    if len(embeddings) < _FEWEST_ROWS or embeddings.shape[1] == 2:
        return start
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    vectors = unit_vectors(embeddings, np.arange(len(embeddings)))
    scale = _START_DEVIATION / max(float(start[:, 0].std()), 1e-12)
    # scikit-learn looks at 3 × perplexity neighbors, and there are no more than N - 1.
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    layout = TSNE(perplexity=perplexity, init=scale * start, random_state=seed)
    # One thread: the sums come out the same on every machine, and selections go on beside it.
    with threadpool_limits(1):
        return np.asarray(layout.fit_transform(vectors), np.float32)
