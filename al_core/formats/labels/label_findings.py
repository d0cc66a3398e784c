"""What readers of labels notice."""

from collections.abc import Sequence
from dataclasses import replace

from al_core.exceptions import FileFormatError
from al_core.formats.choices import Unannotated
from al_core.formats.join.finding import Finding, note

UNANNOTATED = "unannotated"
"""The key of the finding that asks what images without objects mean."""

STILL_OPEN = "still-open"
"""The key of the finding about images that are known not to be labeled yet."""

UNDECIDED_OPEN = Finding(
    UNANNOTATED,
    "image has no objects in the file, and its format does not tell whether anybody has looked at it",
    "images have no objects in the file, and its format does not tell whether anybody has looked at them",
    "left open; say that they are done if nothing is on them",
)
UNDECIDED_DONE = replace(UNDECIDED_OPEN, outcome="labeled as images with nothing on them")
NO_OBJECTS = note(
    "no-objects",
    "No image in the file has an object",
    "if classes or keypoints were labeled, this format does not hold them; export another, such as JSON",
)
HAS_SCORES = note(
    "scores-not-read",
    "The objects have scores",
    "they are read as labels; if a model has made them and nobody has looked at them, add them as predictions",
)
CLIPPED = Finding(
    "objects-clipped",
    "image has objects that reach outside the image",
    "images have objects that reach outside the image",
    "they are clipped",
)
EMPTY = Finding(
    "objects-empty",
    "image has objects without area inside the image",
    "images have objects without area inside the image",
    "these objects are left out",
)
NO_CLASS_GIVEN = Finding(
    "objects-without-class",
    "image has objects without a class",
    "images have objects without a class",
    "these objects are left out",
)
NAMED_AFTER_FILE = Finding(
    "named-after-file",
    "file names the image of another file",
    "files name the image of another file",
    "the images are named after these files",
)
NOT_READ = Finding(
    "objects-not-read",
    "image has shapes that are not read, such as lines or texts",
    "images have shapes that are not read, such as lines or texts",
    "these shapes are left out",
)


def undecided(findings: Sequence[Finding]) -> Finding | None:
    """Return what was noticed about images without objects of which the format does not tell; None without any."""
    return next((each for each in findings if each.what == UNANNOTATED), None)


def meaning_of(asked: Finding) -> Unannotated:
    """Return what was answered about images without objects; without an answer they are open."""
    return Unannotated.DONE if asked.outcome == UNDECIDED_DONE.outcome else Unannotated.OPEN


class LabelFindings:
    """Notes about the file, and findings with the images that they concern."""

    def __init__(self) -> None:
        self._notes: list[Finding] = []
        self._images: dict[Finding, dict[str, None]] = {}

    def add_note(self, finding: Finding) -> None:
        """Say once how the file was read."""
        if finding not in self._notes:
            self._notes.append(finding)

    def concern(self, finding: Finding, filename: str) -> None:
        """Note that a finding concerns an image."""
        self._images.setdefault(finding, {})[filename] = None

    def check_some_object(self, source: str, *, n_images: int) -> None:
        """Raise if a file without objects had some on most images, which would count as images of nothing.

        Raises:
            FileFormatError: Naming the first image.
        """
        lost = max((EMPTY, NO_CLASS_GIVEN), key=lambda finding: len(self._images.get(finding, ())))
        if 2 * len(self._images.get(lost, ())) < max(n_images, 1):
            return
        first = next(iter(self._images[lost]))
        if lost is NO_CLASS_GIVEN:
            raise FileFormatError(f"{source}: no object has a class, the first one is on {first!r}; name their classes")
        raise FileFormatError(
            f"{source}: no object has an area inside its image, the first one is on {first!r}; check whether corners "
            "are reversed, or boxes are in pixels where the format has them from 0 to 1"
        )

    def all(self) -> tuple[Finding, ...]:
        """Return them, notes first."""
        return (*self._notes, *(finding.of(list(names)) for finding, names in self._images.items()))


def still_open(filenames: Sequence[str]) -> Finding:
    """Return the finding about images that are listed and not labeled yet."""
    images = "image is" if len(filenames) == 1 else "images are"
    return note(STILL_OPEN, f"{len(filenames):,} {images} not labeled yet in the file", "left open")
