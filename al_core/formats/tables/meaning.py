"""What a column of a table can be."""

from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What the cells of a column are."""

    FILENAME = "filename"
    """Which image a row is about."""
    CLASS = "class"
    """The probability or class score of one class, or of all classes as a list or by name."""
    RANKED = "ranked"
    """The highest, second highest, … probability, whichever classes they belong to."""
    SCORE = "score"
    """A ready-made score: higher means more worth labeling."""
    CONFIDENCE = "confidence"
    """A ready-made number of how sure a model is, or of how good a label is: lower means more worth labeling."""
    LABEL = "label"
    """What a person says is on the image."""
    PREDICTED = "predicted"
    """The predicted class, or those that ranked probabilities belong to."""
    METADATA = "metadata"
    """Something else about the image."""
    IGNORED = "ignored"
    """Nothing about the image: numbers of rows, empty columns."""
    OBJECT_CLASS = "object-class"
    """The class of the object that a row is about."""
    OBJECT_SCORE = "object-score"
    """How sure a model is of the object that a row is about."""
    COORDINATE = "coordinate"
    """One of the four numbers of the box that a row is about, or all of them."""
    KEYPOINT = "keypoint"
    """Place or confidence of a keypoint of the object that a row is about, or all of them."""
    IMAGE_SIZE = "image-size"
    """The width or height of the image."""


TITLES = {
    Meaning.FILENAME: "filename",
    Meaning.CLASS: "class",
    Meaning.RANKED: "one of the highest probabilities",
    Meaning.SCORE: "ready-made score",
    Meaning.CONFIDENCE: "confidence, turned round",
    Meaning.LABEL: "label",
    Meaning.PREDICTED: "predicted class",
    Meaning.METADATA: "metadata",
    Meaning.IGNORED: "ignored",
    Meaning.OBJECT_CLASS: "class of the object",
    Meaning.OBJECT_SCORE: "confidence of the object",
    Meaning.COORDINATE: "coordinate of the box",
    Meaning.KEYPOINT: "keypoint of the object",
    Meaning.IMAGE_SIZE: "size of the image",
}
"""What people read."""

OF_OBJECTS = (
    Meaning.FILENAME,
    Meaning.OBJECT_CLASS,
    Meaning.OBJECT_SCORE,
    Meaning.COORDINATE,
    Meaning.KEYPOINT,
    Meaning.IMAGE_SIZE,
    Meaning.IGNORED,
)
"""What a column can be in a table with one row per object."""

OF_IMAGES = tuple(meaning for meaning in Meaning if meaning not in OF_OBJECTS[1:-1])
"""What a column can be in a table with one row per image."""


@dataclass(frozen=True)
class ColumnMeaning:
    """What a column of a file is.

    Attributes:
        name: Its name in the file.
        meaning: What its cells are.
        reason: Why, as it goes on after "because", in a few words.
    """

    name: str
    meaning: Meaning
    reason: str
