"""The kinds of arrays that a dataset has."""

from enum import StrEnum


class Kind(StrEnum):
    """What an array holds. N is the number of samples, and a row of the array is a row of the dataset.

    A task that is registered elsewhere may keep its predictions under a kind of its own.
    """

    EMBEDDING = "embedding"
    """(N, D) floats."""
    PARTIAL_EMBEDDING = "partial-embedding"
    """An embedding that lacks the newest rows: it can be read and completed, but nothing is selected from it."""
    PREDICTION = "prediction"
    """(N, C) class probabilities, NaN where there are none."""
    DETECTION = "detection"
    """(B,) of `stored_tables.BOX`, one entry per box."""
    KEYPOINT = "keypoint"
    """(P,) of `stored_tables.KEYPOINT`, one entry per point."""
    MASK = "mask"
    """(S,) of `annotations.mask_type`, one entry per sample that has a mask."""
    OBJECT_MASK = "object-mask"
    """(B,) bytes that `object_masks.ObjectMasks.of_bytes` reads: the masks at full resolution, beside a `MASK`."""
    LABEL = "label"
    """(A,) of `al_core.steps.labels.ANNOTATION`, one entry per annotation; the array's name is the id of its set, as is
    that of the arrays below."""
    LABEL_CLASS = "label-class"
    """(K,) of `labels.LABEL_CLASS`, one entry per class of an annotation."""
    LABEL_BOX = "label-box"
    """(B,) of `labels.LABEL_BOX`, one entry per box."""
    LABEL_KEYPOINT = "label-keypoint"
    """(P,) of `labels.LABEL_KEYPOINT`, one entry per point."""
    LABEL_MASK = "label-mask"
    """(S,) of `labels.LABEL_MASK`, one entry per annotation with a map of classes."""
    LABEL_RUN = "label-run"
    """(R,) of `labels.MASK_RUN`, the pixels of all these maps."""
    SCORE = "score"
    """(N,) from 0 to 1, higher meaning more worth labeling, NaN where there is none."""
    METADATA = "metadata"
    """(N,) numbers, NaN where there is none."""
    CATEGORY = "category"
    """(N,) positions among names, -1 where there is none."""
    DIGEST = "digest"
    """(N, 16) bytes of the SHA-256 of each image file."""
    PROJECTION = "projection"
    """(N, 2) places on the map."""
    NEIGHBORS = "neighbors"
    """(N, K) half of a neighbor graph: rows, or the distances to them."""
    RESERVE = "reserve"
    """Rows set aside for testing, in the order in which they are labeled; the array's name is the number of its
    stratum."""
    SELECTION = "selection"
    """The rows that a selection added, in the order picked; the array's name is the id of the tag."""
    RESOLVED = "resolved"
    """(B,) bytes that `al_core.steps.resolved` reads: what the names in a selection's configuration stood for; the
    array's name is the id of the tag."""
    CARD = "card"
    """Figures of a selection and of RANDOM's draws, `al_core.steps.card`; the array's name is the id of the tag."""


KINDS_OF_TAGS = (Kind.SELECTION, Kind.RESOLVED, Kind.CARD)
"""The kinds whose arrays are named by the id of a tag, and go with it."""

LABEL_KINDS = (
    Kind.LABEL,
    Kind.LABEL_CLASS,
    Kind.LABEL_BOX,
    Kind.LABEL_KEYPOINT,
    Kind.LABEL_MASK,
    Kind.LABEL_RUN,
)
"""The kinds that a set of labels has arrays of."""

PADDED = frozenset({Kind.SCORE, Kind.PREDICTION, Kind.METADATA, Kind.CATEGORY, Kind.DIGEST})
"""Kinds whose arrays have a row for each sample, and get one for each new sample."""

ONE_ROW_A_SAMPLE = PADDED | {Kind.EMBEDDING}
"""Kinds whose arrays are stored only while the dataset has as many samples as they have rows."""
