from dataclasses import dataclass

from al_core.store.provenance import TagRole
from al_core.store.records import POPULATION, Tag


@dataclass(frozen=True)
class TagSummary:
    """A tag without its samples and without the settings of its selection.

    Those are megabytes where a dataset has many samples, and most pages ask only for names, roles, dates and counts.

    Attributes:
        size: How many rows belong to it.
        n_samples: How many samples the dataset has.
        parent_id: The labeled tag that a selection started from, otherwise `initial-tag`, which has no parent.
        query_tag_id: The tag that a selection chose among.
        labeled_tag_id: The tag that was labeled before a selection.
        role: What it stands for: what it was marked as, otherwise what follows from how it was made.
        original_role: The role that follows from how it was made, whatever it was marked as later.
        operation: How it was made, see `Provenance`; empty for a selection.
        sources: The names of the tags, or of the list, that the operation took.
        method: The name of the method of a selection; empty if it is none.
        sent_at: When a selection was handed to labelers, in milliseconds since 1970; None while it is a draft.
        released_at: When what had no labels yet was taken back; None if it was not.
        created_at: Milliseconds since 1970.
    """

    id: str
    name: str
    size: int
    n_samples: int
    parent_id: str | None
    query_tag_id: str | None
    labeled_tag_id: str | None
    role: TagRole
    original_role: TagRole
    operation: str
    sources: tuple[str, ...]
    method: str
    sent_at: int | None
    released_at: int | None
    created_at: int

    @property
    def counts_as_labeled(self) -> bool:
        """Whether a person marked its samples as labeled."""
        return self.role is TagRole.LABELED

    @property
    def is_sent(self) -> bool:
        """Whether its selection was handed to labelers, and what has no labels was not taken back."""
        return self.sent_at is not None and self.released_at is None

    @property
    def is_population(self) -> bool:
        """Whether accuracy on the test reserve is a statement about its samples."""
        return self.operation == POPULATION

    @classmethod
    def of(cls, tag: Tag) -> "TagSummary":
        """Return the summary of a tag that has been read."""
        provenance = tag.provenance
        return cls(
            id=tag.id,
            name=tag.name,
            size=tag.size,
            n_samples=tag.n_samples,
            parent_id=tag.parent_id,
            query_tag_id=tag.query_tag_id,
            labeled_tag_id=tag.labeled_tag_id,
            role=tag.role,
            original_role=tag.original_role,
            operation=provenance.operation,
            sources=provenance.tags,
            method=str(provenance.config.method) if provenance.config else "",
            sent_at=provenance.sent_at,
            released_at=provenance.released_at,
            created_at=tag.created_at,
        )
