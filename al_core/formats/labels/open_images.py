"""The images of a file of labels that no annotation is about."""

from collections.abc import Sequence

from al_core.formats.choices import Unannotated
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_findings import (
    NO_OBJECTS,
    UNDECIDED_DONE,
    UNDECIDED_OPEN,
    LabelFindings,
    still_open,
)


class OpenImages:
    """Images that nobody has labeled, and undecided ones, of which the format does not tell.

    Args:
        unannotated: What the undecided ones are: open, or labeled as images with nothing on them.

    Examples:
        >>> images = OpenImages(Unannotated.OPEN)
        >>> images.leave_open("a.png")
        >>> images.leave_undecided("b.png", size=None)
        >>> images.leave_undecided("c.png", size=None)
        >>> images.decide(annotated=["c.png"])
        {}
        >>> images.filenames(labeled=["c.png"])
        ['a.png', 'b.png']
    """

    def __init__(self, unannotated: Unannotated) -> None:
        self._are_done = unannotated is Unannotated.DONE
        # A dict as a set that keeps its order.
        self._open: dict[str, None] = {}
        self._undecided: dict[str, Size | None] = {}

    def __bool__(self) -> bool:
        return bool(self._open)

    def leave_open(self, filename: str) -> None:
        """Note an image that nobody has labeled."""
        self._open[filename] = None

    def leave_undecided(self, filename: str, *, size: Size | None) -> None:
        """Note an image without objects in a format that cannot tell whether anybody has looked at it."""
        self._undecided[filename] = size

    def decide(self, annotated: Sequence[str]) -> dict[str, Size | None]:
        """Decide about the undecided images that no annotation is about, and return those that are done, with sizes."""
        if not self._undecided:
            return {}
        has_objects = set(annotated)
        self._undecided = {name: size for name, size in self._undecided.items() if name not in has_objects}
        if self._are_done:
            return self._undecided
        for filename in self._undecided:
            self.leave_open(filename)
        return {}

    def filenames(self, labeled: Sequence[str]) -> list[str]:
        """Return the open images, without those that another annotation has labeled."""
        # A set of a million names takes 70 MB.
        has_labels: set[str] = set(labeled) if self._open else set()
        return [name for name in self._open if name not in has_labels]

    def report(self, findings: LabelFindings, open_filenames: Sequence[str], *, has_objects: bool) -> None:
        """Say which images are open or were undecided, after `decide`; `has_objects` if any image of the file has."""
        if self._undecided and not has_objects:
            findings.add_note(NO_OBJECTS)
        decision = UNDECIDED_DONE if self._are_done else UNDECIDED_OPEN
        for filename in self._undecided:
            findings.concern(decision, filename)
        certain = [name for name in open_filenames if name not in self._undecided]
        if certain:
            findings.add_note(still_open(certain))
