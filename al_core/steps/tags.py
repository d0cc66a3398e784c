"""Tags that no selection made: from duplicates, from lists of filenames, and from other tags."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from al_core.exceptions import InvalidInputError, MissingInputError, NotAllowedError
from al_core.steps.provenance import source_of
from al_core.steps.row_sets import union
from al_core.store.kinds import Kind
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import INITIAL_TAG, Tag, TagOrigin
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport
    from al_core.store import Dataset, TagSummary

SET_OPERATIONS = {"union": "union1d", "intersection": "intersect1d", "difference": "setdiff1d"}


def tag_duplicates(
    dataset: "Dataset",
    *,
    threshold: float = 0.3,
    name: str = "duplicates",
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> Tag | None:
    """Store the samples that repeat an earlier one as a tag, or return None if there are none.

    Samples repeat each other if their files are equal or their embeddings of length 1 are within `threshold`
    (see `al_core.embedding.find_duplicates`).

    Raises:
        MissingInputError: If the dataset has no embedding.
    """
    from al_core.embedding import find_duplicates

    dataset.check_tag_name(name)
    embedding = dataset.arrays.newest(Kind.EMBEDDING, embedding_name)
    if embedding is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding to find duplicates with; add one first")
    stored = dataset.arrays.find(Kind.DIGEST, "content")
    digests = dataset.arrays.read(stored) if stored else None
    rows = find_duplicates(dataset.arrays.read(embedding), threshold, digests=digests, progress=progress)
    provenance = Provenance(
        "duplicates",
        (INITIAL_TAG,),
        role=TagRole.DUPLICATES,
        threshold=threshold,
        embedding=source_of(embedding),
    )
    return dataset.create_tag(name, rows, TagOrigin(provenance=provenance)) if len(rows) else None


def tag_filenames(
    dataset: "Dataset",
    filenames: Sequence[str],
    name: str,
    *,
    source: str = "the list",
    role: TagRole = TagRole.REGION,
) -> "tuple[Tag, JoinReport]":
    """Store a tag of the samples that a list names, to continue a project begun elsewhere, and how they were matched.

    The role says what the list holds: with `TagRole.LABELED` its samples are not selected again.

    Raises:
        InvalidInputError: If no filename is a sample; nothing is stored then.
        AlreadyExistsError: If the name is taken.
    """
    from al_core.formats import join_report

    dataset.check_tag_name(name)
    report = join_report(dataset.filenames(), filenames, source=source)
    report.require_usable()
    rows = np.unique(report.rows[report.rows >= 0])
    provenance = Provenance("list", (source,), role=role)
    return dataset.create_tag(name, rows, TagOrigin(provenance=provenance)), report


def combine_tags(
    dataset: "Dataset", first: Tag, second: Tag, operation: Literal["union", "intersection", "difference"], name: str
) -> Tag:
    """Store the union, intersection or difference of two tags as a new tag."""
    rows: Rows = getattr(np, SET_OPERATIONS[operation])(first.rows, second.rows)
    if not len(rows):
        raise InvalidInputError(f"the {operation} of '{first.name}' and '{second.name}' is empty; nothing to store")
    provenance = Provenance(operation, (first.name, second.name), role=TagRole.REGION)
    return dataset.create_tag(name, rows, TagOrigin(provenance=provenance))


def deletion_order(tags: "Sequence[Tag | TagSummary]", chosen: Sequence[Tag]) -> list[Tag]:
    """Return some of a dataset's tags in an order in which they can be deleted: each before the one it was made from.

    Args:
        tags: All of the dataset.
        chosen: Those to delete.

    Raises:
        NotAllowedError: If another tag was made from one of them.
    """
    pending = {tag.id: tag for tag in chosen}
    parents = Counter(tag.parent_id for tag in tags)
    order: list[Tag] = []
    while leaves := [tag for tag in pending.values() if not parents[tag.id]]:
        for tag in leaves:
            del pending[tag.id]
            parents[tag.parent_id] -= 1
        order += leaves
    # What is left has a child that was not chosen, or one that cannot go for the same reason.
    for tag in pending.values():
        children = [child.name for child in tags if child.parent_id == tag.id and child.id not in pending]
        if children:
            raise NotAllowedError(f"tag '{tag.name}' has children: choose {', '.join(children)} too, or keep it")
    return order


def unite_tags(dataset: "Dataset", tags: Sequence[Tag], name: str) -> Tag:
    """Store everything in any of some tags as a new tag."""
    rows = union([tag.rows for tag in tags])
    provenance = Provenance("union", tuple(tag.name for tag in tags))
    return dataset.create_tag(name, rows, TagOrigin(provenance=provenance))
