"""What a reader or a join notices about a file: records, from which sentences and JSON are made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

LOGITS = "logits"
"""What a finding is called that refuses logits as long as nobody has said whether to apply a softmax."""

_NAMES_SHOWN = 10
_NAME_LENGTH = 80


class Severity(StrEnum):
    """How much a finding matters."""

    NOTE = "note"
    """Says how the file was read; nothing is lost."""
    PROBLEM = "problem"
    """Concerns some samples; the policy decides what happens."""
    REFUSAL = "refusal"
    """Refuses the file under every policy."""


@dataclass(frozen=True)
class Finding:
    """One thing that was noticed about a file.

    Attributes:
        what: A stable key for programs, such as "boxes-clipped".
        singular: What is said of one name, such as "image has boxes that reach outside the image".
        plural: What is said of several.
        outcome: What happens because of it; empty if there is nothing to say.
        names: The filenames concerned.
        severity: How much it matters.

    Examples:
        >>> clipped = Finding("boxes-clipped", "image has large boxes", "images have large boxes", "they are clipped")
        >>> clipped.of(["a.png"]).sentence()
        "1 image has large boxes ('a.png'): they are clipped."
        >>> clipped.of(["a.png", "b.png"]).sentence()
        "2 images have large boxes ('a.png', 'b.png'): they are clipped."
    """

    what: str
    singular: str
    plural: str
    outcome: str = ""
    names: tuple[str, ...] = ()
    severity: Severity = Severity.PROBLEM

    @property
    def text(self) -> str:
        """What was noticed and what happens, without number and names."""
        return f"{self.singular}: {self.outcome}" if self.outcome else self.singular

    def of(self, names: Sequence[str]) -> "Finding":
        """Return the finding with the filenames that it concerns."""
        return replace(self, names=tuple(names))

    def concerning(self, names: Sequence[str]) -> list["Finding"]:
        """Return the finding with its filenames, in a list that is empty if there are none."""
        return [self.of(names)] if names else []

    def sentence(self) -> str:
        """Return the finding as one sentence; of many names the first ten are shown."""
        if not self.names:
            return f"{self.text}."
        said = self.singular if len(self.names) == 1 else self.plural
        return f"{len(self.names):,} {said} ({_shown(self.names)}): {self.outcome}."

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "what": self.what,
            "severity": str(self.severity),
            "count": len(self.names),
            "names": list(self.names),
            "outcome": self.outcome,
            "sentence": self.sentence(),
        }


def note(what: str, text: str, outcome: str = "") -> Finding:
    """Return a finding that concerns the whole file and changes nothing.

    Examples:
        >>> note("box-coordinates", "Boxes are in pixels", "the largest coordinate is 50").sentence()
        'Boxes are in pixels: the largest coordinate is 50.'
    """
    return Finding(what, text, text, outcome, severity=Severity.NOTE)


def _shown(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:_NAME_LENGTH]) for name in names[:_NAMES_SHOWN])
    return f"{shown}, …" if len(names) > _NAMES_SHOWN else shown
