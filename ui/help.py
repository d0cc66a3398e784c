"""Help in the sidebar: what the words mean, which keys do what, and where more is written."""

import streamlit as st

from al_core import __version__
from al_core.text import capitalized
from ui.glossary import TERMS
from ui.messages import plain

SHORTCUTS = {
    "G": "move the map",
    "S": "draw around images",
    "B": "draw a box around images",
    "R": "show the whole map",
    "I": "images in place of points, when zoomed in, or not",
    "D": "images beside the map, or below it",
    "F": "full screen",
    "+ and −": "zoom",
    "Arrows": "move the map",
    "Esc": "clear what is drawn",
}

IMAGE_SHORTCUTS = {
    "Arrows": "go from image to image",
    "Enter": "show it large, where arrows lead on",
    "Tab": "find images similar to it",
}


def show_help() -> None:
    """Draw the help at the end of the sidebar."""
    with st.sidebar.popover("Help", icon=":material/help:", help="What the words mean, keys of the map, documentation"):
        st.markdown(
            "\n".join(f"- **{plain(capitalized(term.word))}**: {term.meaning} More: `{term.more}`" for term in TERMS)
        )
        st.markdown("**Keys of the map** (click it first)")
        st.markdown("\n".join(f"- `{key}` {action}" for key, action in SHORTCUTS.items()))
        st.markdown("**Keys of the images**")
        st.markdown("\n".join(f"- `{key}` {action}" for key, action in IMAGE_SHORTCUTS.items()))
        st.markdown("**Documentation**")
        st.html('<a href="/v1/docs" target="_blank" rel="noopener">REST API of this machine</a>')
        st.caption(
            f"al_core {__version__}. `docs/` beside the source has the rest; `al-core --help` lists the commands."
        )
