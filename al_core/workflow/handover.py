"""Samples on their way to labelers and back."""

from typing import TYPE_CHECKING

from al_core.steps.chosen import sent_rows
from al_core.steps.rounds import Round
from al_core.steps.rounds import tag_missing as tag_missing_rows
from al_core.store.records import Tag
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import ExportChoices
    from al_core.store import Dataset


def export_tag(
    dataset: "Dataset", tag: Tag, format: str, *, added_only: bool = False, choices: "ExportChoices | None" = None
) -> bytes:
    """Return a tag as a file in a format of `formats.WRITERS`, added samples first, in the order picked.

    Args:
        dataset: Whose tag it is.
        tag: Which samples.
        format: A key of `formats.WRITERS`.
        added_only: Only the samples that the selection added.
        choices: Classes to label, where the images are, how confident predictions have to be.

    Raises:
        NotFoundError: If there is no such format.
        MissingInputError: If the format needs predictions or images that are not there.
    """
    from al_core.steps.exports import DEFAULT_CHOICES, write_tag

    choices = choices or DEFAULT_CHOICES
    if dataset.server:
        return dataset.server.export(tag, format, added_only=added_only, choices=choices)
    return write_tag(dataset, tag, format, added_only=added_only, choices=choices)


def mark_sent(dataset: "Dataset", tag: Tag) -> None:
    """Say that the samples of a selection were handed to labelers: they are not selected again."""
    dataset.mark_sent(tag)


def release(dataset: "Dataset", tag: Tag) -> None:
    """Take back those samples of a sent selection that have no labels: they may be selected again."""
    dataset.release(tag)


def sent_set(dataset: "Dataset") -> Rows:
    """Return the rows that labelers have and that came back without a label so far, ascending."""
    return sent_rows(dataset)


def tag_missing(dataset: "Dataset", of: Round) -> Tag:
    """Store what was sent in a round and has no label as a tag below `initial-tag`, and return it.

    Raises:
        InvalidInputError: If nothing is missing.
    """
    return tag_missing_rows(dataset, of)
