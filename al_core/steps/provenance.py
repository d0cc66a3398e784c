"""What a result was computed from, and what has changed since."""

from typing import TYPE_CHECKING

from al_core.store.records import StoredArray, Tag

if TYPE_CHECKING:
    from al_core.store import Dataset


def projection_name(embedding: StoredArray, method: str, seed: int) -> str:
    """Return the name under which a 2-D view of an embedding is cached; other content has another name."""
    return f"{method} of {embedding.digest}" + (f" with seed {seed}" if method != "PCA" else "")


def origin(stored: StoredArray | None) -> dict[str, str] | None:
    """Return the name and digest of an array that a result used, for its facts."""
    return {"name": stored.name, "digest": stored.digest} if stored else None


def changes(dataset: "Dataset", tag: Tag) -> tuple[str, ...]:
    """Return in words what a selection used that is different by now."""
    found = []
    for kind in ("embedding", "score"):
        used = tag.facts[kind]
        stored = dataset.arrays.find(kind, used["name"]) if used else None
        if used and stored is None:
            found.append(f"{kind} '{used['name']}' has been deleted since")
        elif stored and stored.digest != used["digest"]:
            found.append(f"{kind} '{stored.name}' has been replaced since")
    return tuple(found)
