"""Help in the sidebar: what the words mean, which keys do what, and where more is written."""

import streamlit as st

from al_core import __version__

GLOSSARY = {
    "Embedding": "A list of numbers for each image, from a model that has seen many. Images that look alike have "
    "similar numbers, so they lie close together on the map.",
    "Score": "One number from 0 to 1 for each image: higher means more worth labeling.",
    "Margin": "One minus the gap between the two most likely classes. Near 1 the model cannot decide between them.",
    "Least confidence": "One minus the probability of the most likely class.",
    "Entropy": "How evenly the probability is spread over all classes.",
    "CORESET": "Picks the most different images, one after the other, each as far as possible from those before.",
    "CORAL": "Picks images that are both uncertain and different: it weighs the score by what each pick would cover.",
    "ACTIVE_LEARNING": "Picks the highest scores, near-duplicates included.",
    "RANDOM": "Draws images at random: the baseline that the others have to beat.",
    "Tag": "A named set of images. Every selection makes one.",
    "Round": "A selection, the labels that came back, and the model trained after it.",
}
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


def show_help() -> None:
    """Draw the help at the end of the sidebar."""
    with st.sidebar.popover("Help", icon=":material/help:", help="What the words mean, keys of the map, documentation"):
        st.markdown("\n".join(f"- **{word}**: {meaning}" for word, meaning in GLOSSARY.items()))
        st.markdown("**Keys of the map** (click it first)")
        st.markdown("\n".join(f"- `{key}` {action}" for key, action in SHORTCUTS.items()))
        st.markdown("**Documentation**")
        st.html('<a href="/v1/docs" target="_blank" rel="noopener">REST API of this machine</a>')
        st.caption(
            f"al_core {__version__}. `docs/` beside the source has the rest; `al-core --help` lists the commands."
        )
