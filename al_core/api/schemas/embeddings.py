from typing import Literal

from pydantic import Field, FiniteFloat

from al_core.api.schemas.wire import Count, Wire
from al_core.store.records import StoredArray


class EmbeddingData(Wire):
    """An embedding; it is not processed when samples were added after it."""

    id: str
    name: str
    is_processed: bool
    created_at: int
    is2d: bool = False

    @classmethod
    def of(cls, stored: StoredArray, n_samples: int) -> "EmbeddingData":
        """Return an embedding as the API shows it."""
        is_complete = stored.shape[0] == n_samples
        return cls(id=stored.id, name=stored.name, is_processed=is_complete, created_at=stored.created_at)


class WriteCsvUrl(Wire):
    """Where to send an embedding."""

    signed_write_url: str
    embedding_id: str


class RowCount(Wire):
    """How many rows a client counted in its embedding."""

    row_count: Count


class Trigger2d(Wire):
    """Which 2-D view to calculate."""

    dimensionality_reduction_method: Literal["PCA", "TSNE", "UMAP"]


class Embedding2dCreate(Wire):
    """A 2-D view that a client calculated, one point per sample."""

    name: str = Field(min_length=1, max_length=200)
    dimensionality_reduction_method: Literal["PCA", "TSNE", "UMAP"]
    coordinates_dimension1: list[FiniteFloat]
    coordinates_dimension2: list[FiniteFloat]


class Embedding2dData(Wire):
    """A 2-D view of an embedding, one point per sample."""

    id: str
    dataset_id: str
    embedding_id: str
    name: str
    created_at: int
    dimensionality_reduction_method: str
    coordinates_dimension1: list[float] | None = None
    coordinates_dimension2: list[float] | None = None
