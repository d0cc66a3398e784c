"""How a person wants a file of predictions or labels read, where the file alone does not say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Missing(StrEnum):
    """What it means that a file has no entry for an image."""

    EMPTY = "empty"
    """The model has seen the image and found nothing."""
    UNKNOWN = "unknown"
    """The model has not seen the image; it gets no score."""


class Unannotated(StrEnum):
    """What it means that a file of labels lists an image without any object, where its format cannot tell."""

    DONE = "done"
    """Somebody has looked at the image, and nothing is on it."""
    OPEN = "open"
    """Nobody has looked at it yet; it is not labeled."""


@dataclass(frozen=True)
class ReadingChoices:
    """How a file of predictions or labels is to be read; whatever is left out is decided by what the file holds.

    Attributes:
        format: One of `PREDICTION_READERS` or `LABEL_READERS`, or "scores"; by default recognized from the content.
        lower_is_more: Whether lower ready-made scores mean more worth labeling.
        softmax: Whether to apply a softmax to class scores; by default clear logits are refused, since nobody has said
            what they are.
        missing: What it means that a file has no entry for an image.
        columns: The meaning of columns of a table, by column name, in place of the recognized one.
        images_dir: The folder of the images, from whose headers sizes can be read.
        unannotated: What it means that a file of labels lists an image without any object.
    """

    format: str | None = None
    lower_is_more: bool = False
    softmax: bool | None = None
    missing: Missing = Missing.UNKNOWN
    columns: Mapping[str, str] = field(default_factory=dict)
    images_dir: Path | None = None
    unannotated: Unannotated = Unannotated.OPEN


BY_CONTENT = ReadingChoices()
"""Everything is decided by what the file holds."""
