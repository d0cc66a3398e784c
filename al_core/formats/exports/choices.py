"""How a person wants an export: classes to choose among, where the images are, how sure a model has to be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION

PRE_ANNOTATION_CONFIDENCE = 0.25
"""Where predictions are proposed to labelers or written as labels: what Ultralytics and Detectron2's demo show from."""

MOST_SIGNED_HOURS = 7 * 24
"""What S3 allows for the keys of a user; those of a role end with its session, after hours."""

LABELING_TASKS = (CLASSIFICATION, MULTI_LABEL, DETECTION, KEYPOINTS, SEGMENTATION)
"""What can be labeled before there is a model."""

# Of an address that labeling tools fetch images by; `javascript:` would run in the labeler's browser.
_ADDRESS = re.compile(r"(https?|s3|gs|azure-blob|azure-spi)://[^/\s]+|/|(?![\w+.-]*:)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class ExportChoices:
    """What a person may choose about an export; a format ignores what it has no use for.

    Attributes:
        class_names: Classes that labelers choose among. Those that a model predicted are added behind them, and without
            any they are the only ones.
        task: What is labeled while there are no predictions to tell: one of `LABELING_TASKS`.
        image_prefix: What comes before the filename in the address of an image: a URL such as `https://host/images/` or
            `s3://bucket/folder/`, or a folder. Empty for the default of the tool.
        min_confidence: Predictions that are less confident are left out. None leaves it to the format:
            `PRE_ANNOTATION_CONFIDENCE` for labels and proposals to labelers, 0 where confidences are written, too.
        signed_hours: Instead of a prefix: each image in a bucket gets an https address of its own that whoever has it
            may read for so many hours, at most `MOST_SIGNED_HOURS`.

    Raises:
        InvalidInputError: If a value cannot be used.

    Examples:
        >>> ExportChoices(class_names=[" cat ", "dog"]).class_names
        ('cat', 'dog')
    """

    class_names: Sequence[str] = ()
    task: str = CLASSIFICATION
    image_prefix: str = ""
    min_confidence: float | None = None
    signed_hours: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "class_names", _checked_classes(self.class_names))
        if self.task not in LABELING_TASKS:
            raise InvalidInputError(
                f"there is nothing to label for the task {self.task!a}; use one of {LABELING_TASKS}"
            )
        if not _ADDRESS.match(self.image_prefix) or _CONTROL.search(self.image_prefix):
            raise InvalidInputError(
                f"images cannot be at {self.image_prefix!a}; give a URL that begins with https://, http://, s3://, "
                "gs:// or azure-blob://, or a folder"
            )
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise InvalidInputError(f"confidences lie in 0 to 1, not at {self.min_confidence:g}")
        if self.signed_hours is not None and not 1 <= self.signed_hours <= MOST_SIGNED_HOURS:
            raise InvalidInputError(
                f"addresses are signed for 1 to {MOST_SIGNED_HOURS} hours, not for {self.signed_hours}"
            )
        if self.signed_hours is not None and self.image_prefix:
            raise InvalidInputError("images have either a prefix or signed addresses; leave one of them out")


def _checked_classes(class_names: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in class_names)
    for name in names:
        if not name or _CONTROL.search(name):
            raise InvalidInputError(f"the class name {name!a} is empty or holds control characters; write it out")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInputError(f"the class {twice!r} is named twice; name each once")
    return names
