"""The card of a selection against RANDOM, before any label is paid for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from al_core.evaluation.coverage import Pool, Ruler
from al_core.evaluation.predicted_classes import PredictedClasses
from al_core.evaluation.strips import Amount, Strip
from al_core.exceptions import InvalidInputError
from al_core.geometry.space import product_distances
from al_core.text import counted, percent
from al_core.types import Rows

N_REGIONS = 3
"""How many uncovered regions a card names."""
# Each is compared with each: 16 MB of distances.
_MOST_REGION_ROWS = 2_000
# A row at sigma is covered by e^-1; nearer ones belong to the same region.
_SAME_REGION = float(np.exp(-1))
_WELL_COVERED = 0.5


@dataclass(frozen=True)
class UncoveredRegion:
    """Rows alike that no chosen row covers.

    Attributes:
        row: The row in their middle.
        n_rows: About how many there are.
    """

    row: int
    n_rows: int

    def text(self) -> str:
        """Return what stands under its image.

        Examples:
            >>> UncoveredRegion(row=12, n_rows=214).text()
            'not covered: about 214 images like this'
        """
        return f"not covered: about {counted(self.n_rows, 'image')} like this"


@dataclass(frozen=True)
class CardFigure:
    """One figure of a card, as it is shown.

    Attributes:
        strip: The selection beside RANDOM's draws.
        sentence: The same in words.
    """

    strip: Strip
    sentence: str


@dataclass(frozen=True)
class Card:
    """What a selection covers, against RANDOM draws of the same size from the same rows.

    It never says "better": the selection may have been made to maximize what is measured here. Only labels tell that.

    Attributes:
        coverage: Share of the uncertainty, or without scores of the data, that is covered.
        redundancy: Share of picks that nearly repeat another chosen row.
        far_distance: 95 % of the data is nearer to a chosen row than this.
        regions: The largest uncovered regions.
        is_weighted: Whether coverage is weighted by scores.
        n_sampled: From how many rows distances were measured.
        amounts: What the picks come to by the model's predictions and the images' metadata, as far as there are any.
        classes: The predicted classes, the most frequent first; None without predictions of classes.
        left_out: Share of the images that the selection did not choose from, and that gets no labels by it.
    """

    coverage: Strip
    redundancy: Strip
    far_distance: Strip
    regions: tuple[UncoveredRegion, ...]
    is_weighted: bool
    n_sampled: int
    amounts: tuple[Amount, ...] = ()
    classes: PredictedClasses | None = None
    left_out: float = 0.0

    @property
    def is_worse(self) -> bool:
        """Whether one of the three signs lies on the bad side of all draws."""
        return bool(self.verdict())

    def figures(self) -> list[CardFigure]:
        """Return all figures, those that tell most first."""
        strips = (self.coverage, self.redundancy, self.far_distance)
        measured = [CardFigure(strip, said) for strip, said in zip(strips, self._measured(), strict=True)]
        return [*measured, *(CardFigure(amount.strip, amount.sentence()) for amount in self.amounts)]

    def sentences(self) -> list[str]:
        """Return one sentence of fact for each figure.

        Examples:
            >>> strip = Strip(0.71, (0.62, 0.65))
            >>> card = Card(strip, Strip(0.0, (0.01, 0.03)), Strip(0.4, (0.42, 0.45)), (), True, 1000)
            >>> for sentence in card.sentences():
            ...     print(sentence)
            covers 71% of what the model is unsure about; RANDOM 62% to 65%
            0% of the picks nearly repeat another; RANDOM 1% to 3%
            95% of the data is within 0.40 of a chosen sample; RANDOM 0.42 to 0.45
        """
        return [figure.sentence for figure in self.figures()]

    def left_out_text(self) -> str:
        """Return how many of the images get no labels by this selection, or "".

        Examples:
            >>> strip = Strip(0.7, (0.6, 0.65))
            >>> Card(strip, strip, strip, (), True, 1000, left_out=0.75).left_out_text()
            'chosen from 25.0% of the images: the other 75.0% get no labels by this selection'
        """
        if not self.left_out:
            return ""
        inside = percent(1 - self.left_out)
        return f"chosen from {inside} of the images: the other {percent(self.left_out)} get no labels by this selection"

    def _measured(self) -> list[str]:
        covered_what = "what the model is unsure about" if self.is_weighted else "the data"
        far = self.far_distance
        return [
            f"covers {self.coverage.selected:.0%} of {covered_what}; {self.coverage.shares()}",
            f"{self.redundancy.selected:.0%} of the picks nearly repeat another; {self.redundancy.shares()}",
            f"95% of the data is within {far.selected:.2f} of a chosen sample; RANDOM {far.low:.2f} to {far.high:.2f}",
        ]

    def verdict(self) -> str:
        """Return "" or in what the selection is worse than RANDOM.

        Where it covers more than every draw, nothing is (decision 145): whoever looks where the model is unsure leaves
        the rest farther away.

        Examples:
            >>> good, bad = Strip(0.7, (0.6, 0.65)), Strip(0.5, (0.6, 0.65))
            >>> Card(bad, bad, good, (), True, 1000).verdict()
            'worse than RANDOM: it covers less; it leaves more far away'
            >>> Card(good, good, good, (), True, 1000).verdict()
            ''
        """
        if self.coverage.is_above_random:
            return ""
        reasons = {
            "it covers less": self.coverage.is_below_random,
            "it repeats more": self.redundancy.is_above_random,
            "it leaves more far away": self.far_distance.is_above_random,
        }
        said = [reason for reason, holds in reasons.items() if holds]
        return f"worse than RANDOM: {'; '.join(said)}" if said else ""


def card(pool: Pool, rows: Rows, draws: Sequence[Rows], *, seed: int = 0) -> Card:
    """Return the card of a selection.

    Args:
        pool: What it was made from.
        rows: The rows it adds.
        draws: The rows that RANDOM adds, under the same limits (`random_draws`).
        seed: Of the selection; fixes which rows are sampled.

    Raises:
        InvalidInputError: If the selection adds nothing, or there are no draws.
    """
    if not len(rows) or not len(draws):
        raise InvalidInputError(f"a card compares picks with draws, not {len(rows)} picks with {len(draws)} draws")
    ruler = Ruler.for_selections(pool, [rows, *draws], seed)
    selected = ruler.measure(rows)
    random = [ruler.measure(draw) for draw in draws]

    def strip(figure: str) -> Strip:
        return Strip(getattr(selected, figure), tuple(getattr(coverage, figure) for coverage in random))

    return Card(
        coverage=strip("covered"),
        redundancy=strip("redundancy"),
        far_distance=strip("far_distance"),
        regions=_uncovered_regions(ruler, rows),
        is_weighted=pool.scores is not None,
        n_sampled=len(ruler.rows),
    )


def _uncovered_regions(ruler: Ruler, rows: Rows) -> tuple[UncoveredRegion, ...]:
    """Return the regions of most uncovered weight, each taken out before the next is looked for."""
    distances = ruler.distances(rows)
    # Evenly spread; positions repeat, and are made unique, where there are fewer rows.
    spread = np.unique(np.linspace(0, len(ruler.rows) - 1, _MOST_REGION_ROWS).astype(int))
    sampled = ruler.rows[spread]
    covered = ruler.similarity(distances[spread])
    rows_per_sampled = len(ruler.pool.open_rows) / len(sampled)
    vectors = ruler.space.vectors(sampled)
    alike = ruler.similarity(np.sqrt(np.maximum(product_distances(vectors, vectors), 0)))
    weights = ruler.pool.weights(sampled) * (1 - covered)
    regions: list[UncoveredRegion] = []
    while len(regions) < N_REGIONS:
        # Below every weight: what was taken out cannot be the middle of another region.
        middle = int(np.argmax(np.where(weights > 0, alike @ weights, -1)))
        members = (alike[middle] >= _SAME_REGION) & (covered < _WELL_COVERED) & (weights > 0)
        # The middle belongs to its region even where it is half covered itself.
        members[middle] = weights[middle] > 0
        if not members.any():
            break
        regions.append(UncoveredRegion(int(sampled[middle]), max(1, round(members.sum() * rows_per_sampled))))
        weights = np.where(members, 0, weights)
    return tuple(regions)
