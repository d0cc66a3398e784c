"""Every entry of the session, and the keys of widgets that belong to something with a name."""

import hashlib
from enum import StrEnum

import streamlit as st


class Key(StrEnum):
    """What a session remembers between runs, except what its widgets hold under keys of their own."""

    DATASET = "dataset"  # the id of the open one; also the parameter of the URL
    DATASET_SWITCH = "dataset-switch"  # the widget in the sidebar
    WORKSPACE = "workspace"  # this session's view of the one on this machine, which knows what others change
    REMOTE = "remote-workspace"  # the workspace of a server, while one is open
    SETTLED = "settled-jobs"  # the jobs whose end this session has drawn a whole page with
    FOLLOWED = "followed-jobs"  # the selections that this session has started or seen under way
    NOTICE = "notice"  # what to say after the next rerun
    UNDOABLE = "undoable"  # what was done last, with the way to take it back
    CLICKED = "clicked"  # the key of a button whose click has not been dealt with
    DIALOG = "dialog"  # the one that is open
    CLOSED_HINTS = "closed-hints"  # in this session; the browser remembers them in cookies

    # Of the Datasets page.
    EMBEDDING = "image-folder-job"  # the run that this session watches, or whose outcome it is to see
    EMBEDDED = "embedded"  # the jobs that embed a dataset's images and whose outcomes this session is to see
    DROP = "drop"  # the images that were dropped for a new dataset
    DROP_INTO = "drop-into"  # the id of the dataset that images are being added to
    DROP_UNDER_WAY = "drop-under-way"  # the id of what was dropped last for that dataset
    DROP_ENDED = "drop-ended"  # the id of what was dropped for it and has ended
    FORMS_FOLDED = "forms-folded"  # whether the forms for new datasets and metadata are folded up
    METADATA_ROUND = "metadata-round"
    NEW_DATASET_ROUND = "new-dataset-round"

    # Of the Predictions page.
    PREDICTIONS_ROUND = "upload-round"
    READING = "reading"  # the job that reads the file on the page

    # Of the Explore page.
    FILTERS = "filters"  # of one dataset: see `key_of`
    SIMILAR = "similar-to"  # what the images of each dataset shown on Explore look like
    LIKE_TILE = "like-tile"  # the image whose like somebody wants, and the grid that it is in
    SIMILAR_ROUND = "similar-image-round"
    FILTER_ROUND = "filter-removals"
    BIN_COUNT = "bin-count"
    TAG_NAME_ROUND = "tag-name-round"
    GO_TO_SELECT = "go-to-select"  # while on the way there
    COLORS = "colors"  # what colors the map of each dataset
    COLOR_SCALES = "color-scales"  # how the colors of a column spread, for each dataset
    RINGED = "ringed"  # which images of each dataset have rings
    FIRST_PAGES = "first-pages"  # the page of each dataset's images that was in the address
    EXPLORED = "explored"  # the dataset whose page is open, while it is
    OUTLINES = "outlines"  # what is drawn on the map of each dataset
    RETURNING_OUTLINES = "returning-outlines"  # those that the browser does not have yet
    METHODS = "methods"  # the map chosen for each dataset
    MAP_SHOWN = "map-shown"  # dataset, embedding and method of the map on the page
    MAP_ROUND = "map-generation"
    MAP_OUTLINED = "map-drawn"  # whether an outline is drawn on it

    # Of the Select page, which outlive it.
    QUERY_IDS = "query-tag-ids"  # the query tag chosen for each dataset
    LABELED_CHOICES = "labeled-tag-choices"  # the labeled tag chosen for each dataset
    WISHES = "selection-wishes"  # method, goals, limits and budget of each dataset's next selection
    SELECTING = "selecting"  # the selections under way that this session began
    EDITS = "edits"  # of each selection's pick, not stored yet
    SELECTION_NAME_ROUND = "selection-name-round"
    ASKED = "new-asked-for"  # how many new images were asked for last

    # Of the Tags page.
    DUPLICATES_SEEN = "duplicates-seen"
    FILENAMES_ROUND = "filename-list-round"
    LABELS_ROUND = "labels-round"


def round_of(key: Key) -> int:
    """Return how often something has been started anew in this session.

    In the key of a widget the number makes it another, empty one, which is the only way to clear an upload.
    """
    count: int = st.session_state.get(key, 0)
    return count


def next_round(key: Key) -> None:
    """Start anew what `round_of` counts."""
    st.session_state[key] = round_of(key) + 1


def key_of(kind: str, *names: str) -> str:
    """Return the key of a widget or value that belongs to what has these names.

    A digest stands for the names: strangers chose them, and a component refuses "__" in its key.

    Examples:
        >>> key_of("histogram", "loss__mean").partition("-")[0]
        'histogram'
        >>> key_of("chip", "a", "b") == key_of("chip", "ab")
        False
    """
    # A filename may hold bytes that are no UTF-8, which Python keeps as surrogates.
    text = "\0".join(names).encode("utf-8", "surrogatepass")
    return f"{kind}-{hashlib.blake2b(text, digest_size=8).hexdigest()}"
