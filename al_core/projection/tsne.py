import numpy as np
from numpy.typing import NDArray

from al_core.projection.umap import pca_2d
from al_core.types import Embeddings

PERPLEXITY = 30
FEWEST_ROWS = 4


def tsne_2d(embeddings: Embeddings, *, seed: int, normalize: bool = True) -> NDArray[np.float32]:
    """Return the (N, 2) t-SNE layout of the embeddings, started from PCA, for clients that ask for it.

    Its time grows with N log N from a high base: about a minute for 10,000 rows, where `umap_2d` takes seconds.

    Args:
        embeddings: (N, D), finite.
        seed: Of the optimisation.
        normalize: Scale each row to length 1 first, as selection does.

    Raises:
        InvalidInputError: `embeddings` is not two-dimensional or holds NaN or infinite values.

    Source: van der Maaten, Hinton, Visualizing Data using t-SNE (JMLR 2008), in scikit-learn's implementation.
    """
    start = pca_2d(embeddings, normalize=normalize)
    if len(embeddings) < FEWEST_ROWS or embeddings.shape[1] == 2:
        return start
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    rows = np.asarray(embeddings, np.float32)
    if normalize:
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
    # As scikit-learn does with init="pca": a small start, so that the first steps can rearrange it.
    scale = 1e-4 / max(float(start[:, 0].std()), 1e-12)
    layout = TSNE(perplexity=min(PERPLEXITY, (len(rows) - 1) / 3), init=scale * start, random_state=seed)
    # One thread: the sums come out the same on every machine, and selections go on beside it.
    with threadpool_limits(1):
        points = np.asarray(layout.fit_transform(rows), np.float32)
    return points
