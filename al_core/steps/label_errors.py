"""Labels of a dataset that are probably wrong, as records."""

from dataclasses import dataclass

import numpy as np

from al_core.evaluation import BoxErrorKind
from al_core.types import Rows

OTHER_CLASS = "other class"

LEAST_SUSPICION = 0.5
"""Labels that are more likely right than wrong are not listed, nor boxes whose error is less likely than not."""


@dataclass(frozen=True)
class LabelError:
    """One label that is probably wrong.

    Attributes:
        row: The sample.
        kind: "other class", or for boxes "missed", "wrong" or "badly placed".
        labeled: The class of the label; empty for an object without a label.
        suggested: The class that the judge would have said.
        suspicion: 0 to 1.
        is_likely: Whether it is called an error, by confident learning; for boxes from 0.5 on.
        judge: The model that judged it, which had not seen the label, or a probe.
        annotators_disagree: Whether people contradict each other about the sample.
    """

    row: int
    kind: str
    labeled: str
    suggested: str
    suspicion: float
    is_likely: bool
    judge: str
    annotators_disagree: bool = False

    def text(self) -> str:
        """Return what stands under the image.

        Examples:
            >>> LabelError(7, "other class", "cat", "dog", 0.93, True, "model").text()
            'labeled cat, rather dog · 93%'
            >>> LabelError(7, "missed", "", "dog", 0.8, True, "model").text()
            'missed dog · 80%'
            >>> LabelError(7, "other class", "cat", "dog", 0.93, True, "model", annotators_disagree=True).text()
            'labeled cat, rather dog · 93% · annotators disagree'
        """
        share = f"{self.suspicion:.0%}{' · annotators disagree' if self.annotators_disagree else ''}"
        if self.kind == BoxErrorKind.MISSED:
            return f"missed {self.suggested} · {share}"
        if self.kind == BoxErrorKind.BADLY_PLACED:
            return f"{self.labeled} badly placed · {share}"
        return f"labeled {self.labeled}, rather {self.suggested} · {share}"


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """The suspicions about the labels of a dataset.

    Attributes:
        errors: The worst of each sample, the worst first.
        n_judged: How many labeled samples were judged.
        n_unjudged: How many were not: no model came before their labels, and there are too few for a probe.
    """

    errors: tuple[LabelError, ...]
    n_judged: int
    n_unjudged: int

    @property
    def likely_rows(self) -> Rows:
        """The samples with a label that is called an error, the worst first."""
        return np.array([error.row for error in self.errors if error.is_likely], np.int64)
