"""The words that a newcomer meets, each explained where a page first uses it, and all of them in Help."""

from dataclasses import dataclass
from html import escape

import streamlit as st


@dataclass(frozen=True)
class Term:
    """A word and what it means.

    Attributes:
        word: As pages write it.
        meaning: One or two plain sentences.
        more: The page of the documentation that says more.
    """

    word: str
    meaning: str
    more: str

    @property
    def key(self) -> str:
        """What the word is called in HTML.

        Examples:
            >>> Term("least confidence", "", "").key
            'word-least-confidence'
        """
        return "word-" + self.word.lower().replace(" ", "-").replace("_", "-")


TERMS = (
    Term(
        "embedding",
        "A list of numbers for each image, from a model that has seen many. Images that look alike have similar "
        "numbers, so they lie close together on the map.",
        "docs/architecture.md",
    ),
    Term(
        "UMAP",
        "Draws an embedding of hundreds of numbers as a map: neighbors stay neighbors. Distances between far groups, "
        "and the axes, mean nothing.",
        "docs/architecture.md",
    ),
    Term(
        "model",
        "Whoever made a set of predictions, with a name and a date. The newest one of a task is used; the earlier ones "
        "are kept.",
        "docs/rounds.md",
    ),
    Term(
        "prediction",
        "What a model says about one image: probabilities of classes, boxes, a map of classes or keypoints.",
        "docs/formats.md",
    ),
    Term("score", "One number from 0 to 1 for each image: higher means more worth labeling.", "docs/choosing.md"),
    Term(
        "margin",
        "One minus the gap between the two most likely classes. Near 1 the model cannot decide between them.",
        "docs/choosing.md",
    ),
    Term("least confidence", "One minus the probability of the most likely class.", "docs/choosing.md"),
    Term("entropy", "How evenly the probability is spread over all classes, from 0 to 1.", "docs/choosing.md"),
    Term(
        "CORESET",
        "Picks the most different images, one after the other, each as far as possible from those before. It needs an "
        "embedding and no model.",
        "docs/choosing.md",
    ),
    Term(
        "CORAL",
        "Picks images that are both uncertain and different: it weighs the score by what each pick would cover.",
        "docs/choosing.md",
    ),
    Term("ACTIVE_LEARNING", "Picks the highest scores, near-duplicates included.", "docs/choosing.md"),
    Term(
        "RANDOM",
        "Draws images uniformly at random: the baseline that the other methods have to beat.",
        "docs/choosing.md",
    ),
    Term(
        "tag",
        "A named set of images, with a role such as selection or labeled. Every selection makes one.",
        "docs/shell.md",
    ),
    Term(
        "labeled set",
        "The images that were chosen before: they are never picked again, and new picks keep away from what looks like "
        "them.",
        "docs/choosing.md",
    ),
    Term(
        "sent", "Handed to labelers, and their labels are not back yet. Such images are not picked.", "docs/rounds.md"
    ),
    Term(
        "round",
        "A selection, the labels that came back, the model trained after it, and how well that model does.",
        "docs/rounds.md",
    ),
    Term(
        "test share",
        "The part of each round that is drawn at random, labeled and never trained on: the honest ruler of every "
        "model.",
        "docs/rounds.md",
    ),
    Term(
        "interval",
        "The range in which the true figure lies in 95 of 100 cases, since only some images were tested. Two models "
        "whose intervals overlap widely may be equally good.",
        "docs/rounds.md",
    ),
)
"""Every word, in the order in which people meet them."""

WORDS = {
    "datasets": ("embedding", "tag"),
    "predictions": ("prediction", "model", "score", "margin"),
    "explore": ("embedding", "UMAP", "score", "tag"),
    "select": ("CORAL", "CORESET", "ACTIVE_LEARNING", "RANDOM", "labeled set", "test share"),
    "compare": ("CORAL", "CORESET", "ACTIVE_LEARNING", "RANDOM"),
    "rounds": ("round", "sent", "test share", "interval"),
    "tags": ("tag", "labeled set", "test share"),
}
"""The words of each page, explained below its title."""


def find_term(word: str) -> Term:
    """Return the term of a word.

    Examples:
        >>> find_term("score").meaning
        'One number from 0 to 1 for each image: higher means more worth labeling.'
    """
    return next(term for term in TERMS if term.word == word)


def show_words(page: str) -> None:
    """Draw the words of a page, each a button that opens what it means."""
    with st.container(key="words", width="content"):
        st.html(words_html(WORDS[page]))


def words_html(words: tuple[str, ...]) -> str:
    """Return a line of buttons, whose popovers the browser opens by itself: without a run, and on top of everything."""
    terms = [find_term(word) for word in words]
    buttons = " ".join(
        f'<button type="button" class="word" popovertarget="{term.key}">{escape(term.word)}</button>' for term in terms
    )
    meanings = "".join(
        f'<div popover id="{term.key}" class="meaning"><b>{escape(term.word)}</b> {escape(term.meaning)} '
        f"<span>More: {escape(term.more)}</span></div>"
        for term in terms
    )
    return f'<p class="words">Words here: {buttons}</p>{meanings}'
