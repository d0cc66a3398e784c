from dataclasses import dataclass, fields

from al_core.store.records import Tag


@dataclass(frozen=True)
class TagData(Tag):
    """A tag that has the attributes of Lightly's `TagData` beside its own."""

    @classmethod
    def of(cls, tag: Tag) -> "TagData":
        """Return a tag as Lightly's clients know it."""
        # Not `asdict`, which would turn the provenance inside into a dict too.
        attributes = {field.name: getattr(tag, field.name) for field in fields(tag)}
        return cls(**attributes)

    @property
    def bit_mask_data(self) -> str:
        """The mask in hexadecimal, as `BitMask.from_hex` reads it."""
        return hex(int.from_bytes(self.mask, "little"))

    @property
    def tot_size(self) -> int:
        """How many samples the dataset has."""
        return self.n_samples

    @property
    def prev_tag_id(self) -> str | None:
        """The parent, None for `initial-tag`."""
        return self.parent_id

    @property
    def preselected_tag_id(self) -> str | None:
        """The tag that was labeled before the selection."""
        return self.labeled_tag_id
