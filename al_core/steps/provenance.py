"""What a result was computed from, and what has changed since."""

from typing import TYPE_CHECKING

from al_core.store.kinds import Kind
from al_core.store.provenance import ArraySource, Provenance
from al_core.store.records import StoredArray

if TYPE_CHECKING:
    from al_core.store import Dataset


def source_of(stored: StoredArray | None) -> ArraySource | None:
    """Return what a result records of an array that it was made from."""
    return ArraySource(stored.name, stored.digest) if stored else None


def changes(dataset: "Dataset", provenance: Provenance) -> tuple[str, ...]:
    """Return in words what a selection used that is different by now."""
    sources = ((Kind.EMBEDDING, provenance.embedding), (Kind.SCORE, provenance.score))
    described = (_change(dataset, kind, source) for kind, source in sources if source)
    return tuple(change for change in described if change)


def find_source(dataset: "Dataset", kind: Kind, source: ArraySource) -> StoredArray | None:
    """Return the array that a result was made from, whatever it is called now, otherwise the one of its name."""
    stored = dataset.arrays.find(kind, source.name)
    if stored and stored.digest == source.digest:
        return stored
    # The score of a model that is no longer current has another name.
    same = (other for other in dataset.arrays.all(kind) if other.digest == source.digest)
    return next(same, stored)


def _change(dataset: "Dataset", kind: Kind, source: ArraySource) -> str | None:
    stored = dataset.arrays.find(kind, source.name)
    if stored is not None:
        return None if stored.digest == source.digest else f"{kind} '{source.name}' has been replaced since"
    if find_source(dataset, kind, source) is not None:
        # Under another name: renamed, not gone.
        return None
    return f"{kind} '{source.name}' has been deleted since"
