"""A tag from a list of filenames, to continue a project begun elsewhere."""

from pathlib import Path

import streamlit as st

from al_core.exceptions import InvalidInputError
from al_core.formats import FILENAME_READERS, LABEL_READERS
from al_core.formats.worker import read_filenames, read_labeled_filenames
from al_core.steps.tags import tag_filenames
from al_core.store import Dataset, TagRole
from al_core.text import counted
from ui.clicks import clicked
from ui.file_drop import chosen_file, types_of
from ui.messages import errors_explained
from ui.reruns import rerun
from ui.session import Key, next_round, round_of
from ui.tags.created import say_created
from ui.uploads import discard_staged
from ui.visitor import obstacle

HINT = (
    "One filename per line, a column filename of CSV or Parquet, a JSON list, a selection downloaded here, or what a "
    "labeling tool has exported"
)
TYPES = sorted({*types_of(FILENAME_READERS), *types_of(LABEL_READERS)})


def filename_tag_form(dataset: Dataset) -> None:
    """Draw the form."""
    st.caption(
        "Import the filenames you have already labeled: Select will not pick them again. Or any other list. To "
        "keep the labels themselves, bring them back below."
    )
    key = f"filename-list-{round_of(Key.FILENAMES_ROUND)}"
    file = chosen_file("Filenames", TYPES, key, HINT)
    name = st.text_input("Name of the tag", "labeled", key="filename-list-name", help="It is stored as a new tag")
    is_labeled = st.checkbox(
        "These images are already labeled",
        value=True,
        key="filename-list-labeled",
        help="Select then proposes the tag as already labeled. Uncheck it for any other list, such as images to "
        "choose from",
    )
    reason = obstacle()
    if clicked("Create the tag", key="tag-filenames", reason=reason):
        with errors_explained():
            if file is None:
                raise InvalidInputError("There is no list yet: drop one above")
            if not name:
                raise InvalidInputError("The tag has no name yet: enter one above")
            _create(dataset, file, name, TagRole.LABELED if is_labeled else TagRole.REGION)
            rerun()


def _create(dataset: Dataset, file: Path, name: str, role: TagRole) -> None:
    read = read_labeled_filenames if role is TagRole.LABELED else read_filenames
    tag, report = tag_filenames(dataset, read(file), name, source=file.name, role=role)
    unknown = f"; {counted(len(report.unknown), 'filename')} not in the dataset" if report.unknown else ""
    say_created(dataset, tag, unknown)
    discard_staged(file)
    next_round(Key.FILENAMES_ROUND)
