"""The widgets of which the forms of goals and limits are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from al_core import workflow
from al_core.config import PREDICTED_CLASS, Column, Folder, Grouping, Pattern
from al_core.config.goals import By
from al_core.exceptions import ALCoreError
from al_core.steps.outlook import GroupSizes
from al_core.store import Dataset, Kind
from al_core.text import counted
from ui.messages import plain, show_error
from ui.select.method import score_labels

FOLDER = "folder"
PATTERN = "part of the filename"
STRONGEST = 5.0
"""Beyond it a goal decides alone; scripts may go further."""
_COLUMN = "column "


@dataclass(frozen=True)
class Fields:
    """The widgets of one goal or limit.

    Attributes:
        dataset: Whose columns and tags they offer.
        key: Stands before their own keys.
        record: What they say at first; None for what is usual.
    """

    dataset: Dataset
    key: str
    record: Any = None

    def said(self, name: str, usual: Any) -> Any:  # noqa: ANN401 - a field of any record
        """Return what the record says under a name, or what is usual."""
        return usual if self.record is None else getattr(self.record, name)

    def number(self, label: str, name: str, usual: float | None, *, hint: str, **limits: Any) -> Any:  # noqa: ANN401 - as Streamlit has it
        """Draw a field for a number."""
        return st.number_input(label, key=self._keyed(name, usual), help=hint, **limits)

    def strength(self, usual: float = 1.0, *, hint: str = "1 is usual; more makes it count for more") -> float:
        """Draw how much a goal counts, as a number from 0."""
        key = self._keyed("strength", min(abs(float(self.said("strength", usual))), STRONGEST))
        return float(st.slider("Strength", 0.0, STRONGEST, step=0.25, key=key, help=f"`strength`: {hint}"))

    def flag(self, name: str, usual: bool) -> str:
        """Return the key of a toggle, on at first where that is usual."""
        return self._keyed(name, usual)

    def text(self, label: str, name: str, usual: str, *, hint: str) -> str:
        """Draw a field for a text."""
        return st.text_input(label, key=self._keyed(name, usual), help=hint)

    def lines(self, label: str, name: str, usual: Sequence[str], *, hint: str) -> list[str]:
        """Draw a field for lines of text."""
        text = st.text_area(label, key=self._keyed(name, "\n".join(usual)), help=hint)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def choice(
        self, label: str, name: str, options: Mapping[str, str] | Sequence[str], usual: str | None = None, *, hint: str
    ) -> str | None:
        """Draw a choice; options may have labels. None if there are no options."""
        labels = options if isinstance(options, Mapping) else {option: option for option in options}
        if not labels:
            return None
        key = self._keyed(name, usual if usual in labels else next(iter(labels)))
        # What was chosen may have been deleted since.
        if st.session_state[key] not in labels:
            st.session_state[key] = next(iter(labels))
        return st.selectbox(label, list(labels), format_func=lambda option: labels[option], key=key, help=hint)

    def several(self, label: str, name: str, options: Sequence[str], usual: Sequence[str], *, hint: str) -> list[str]:
        """Draw a choice of several."""
        key = self._keyed(name, [option for option in usual if option in options])
        st.session_state[key] = [option for option in st.session_state[key] if option in options]
        return st.multiselect(label, options, key=key, help=hint)

    def number_column(self, name: str, usual: str | None, *, hint: str) -> str | None:
        """Draw the choice of a column of numbers, or say that there is none."""
        kinds = (Kind.METADATA, Kind.SCORE)
        names = [stored.name for kind in kinds for stored in self.dataset.arrays.all(kind)]
        if not names:
            st.caption("There is no column of numbers yet: import metadata or predictions first.")
        return self.choice("Column", name, score_labels(names), usual, hint=hint)

    def grouping(self, name: str, usual: Grouping | None = None, *, label: str = "Per", at_most: int = 0) -> Grouping:
        """Draw the choice of a column, folder or pattern, with how many groups it makes.

        Raises:
            InvalidInputError: If the pattern is not one.
        """
        chosen = self._chosen(label, name, self._groupings(), usual, at_most)
        assert isinstance(chosen, Grouping)
        return chosen

    def by(self, usual: By | None = None) -> By:
        """Draw the choice of what groups: the predicted class, a column, folder or pattern.

        Raises:
            InvalidInputError: If the pattern is not one.
        """
        options = {PREDICTED_CLASS: PREDICTED_CLASS, **self._groupings()}
        if usual == PREDICTED_CLASS or (usual is None and self.dataset.arrays.newest(Kind.PREDICTION)):
            return self._chosen("Of each", "by", options, PREDICTED_CLASS, 0)
        return self._chosen("Of each", "by", options, usual, 0)

    def group_names(self, by: By) -> list[str]:
        """Return the names of all groups."""
        return list(_group_names(self.dataset.version(), str(by), self.dataset, by))

    def _groupings(self) -> dict[str, str]:
        kinds = (Kind.CATEGORY, Kind.METADATA)
        columns = [stored.name for kind in kinds for stored in self.dataset.arrays.all(kind)]
        return {_COLUMN + name: name for name in columns} | {FOLDER: FOLDER, PATTERN: PATTERN}

    def _chosen(self, label: str, name: str, options: Mapping[str, str], usual: By | None, at_most: int) -> By:
        chosen = self.choice(label, name, options, _option(usual), hint="Images with the same one are a group")
        if chosen == PREDICTED_CLASS:
            return PREDICTED_CLASS
        grouping = self._grouping_of(str(chosen), name, usual)
        self._preview(grouping, at_most)
        return grouping

    def _grouping_of(self, chosen: str, name: str, usual: By | None) -> Grouping:
        if chosen == FOLDER:
            depth = usual.depth if isinstance(usual, Folder) else 1
            return Folder(
                int(self.number("Levels", f"{name}-depth", depth, min_value=1, step=1, hint="Folders that count"))
            )
        if chosen == PATTERN:
            text = usual.text if isinstance(usual, Pattern) else "{}_*"
            hint = "`{}` stands for the name of the group, `*` for any text, `?` for one character"
            return Pattern(self.text("Filenames look like", f"{name}-pattern", text, hint=hint))
        return Column(chosen.removeprefix(_COLUMN))

    def _preview(self, grouping: Grouping, at_most: int) -> None:
        try:
            sizes = _group_sizes(self.dataset.version(), str(grouping), self.dataset, grouping)
        except ALCoreError as error:
            show_error(str(error))
            return
        st.caption(plain(preview_text(sizes, at_most)))

    def _keyed(self, name: str, usual: object) -> str:
        # The state of a widget goes when its page is left; what it said then is in the record.
        key = f"{self.key}-{name}"
        if key not in st.session_state:
            st.session_state[key] = usual
        return key


def preview_text(sizes: GroupSizes, at_most: int = 0) -> str:
    """Return how many groups there are, and how large.

    Examples:
        >>> preview_text(GroupSizes(412, 8, 30, 64, 0, ("a", "b", "c")), 3)
        '412 groups, 8 to 64 images each (median 30), at most 3 of each: a, b, c …'
    """
    if not sizes.n_groups:
        return "No image is in a group: change it"
    groups = counted(sizes.n_groups, "group")
    if sizes.smallest == sizes.largest:
        each = f"{counted(sizes.largest, 'image')} each"
    else:
        each = f"{sizes.smallest:,} to {sizes.largest:,} images each (median {sizes.median:,})"
    most = f", at most {at_most:,} of each" if at_most else ""
    names = ", ".join(sizes.names) + (" …" if sizes.n_groups > len(sizes.names) else "")
    without = f"; {counted(sizes.n_without, 'image')} in none" if sizes.n_without else ""
    return f"{groups}, {each}{most}: {names}{without}"


def _option(grouping: By | None) -> str | None:
    if isinstance(grouping, Column):
        return _COLUMN + grouping.name
    if isinstance(grouping, Folder):
        return FOLDER
    if isinstance(grouping, Pattern):
        return PATTERN
    return str(grouping) if grouping else None


@st.cache_data(max_entries=64, show_spinner=False)
def _group_sizes(version: str, grouping: str, _dataset: Dataset, _grouping: Grouping) -> GroupSizes:
    return workflow.group_sizes(_dataset, _grouping)


@st.cache_data(max_entries=64, show_spinner=False)
def _group_names(version: str, by: str, _dataset: Dataset, _by: By) -> tuple[str, ...]:
    return workflow.group_names(_dataset, _by)
