"""Learning curves that the rounds allow: accuracy = a - b (n + m)^(-c) for n training labels, drawn from a posterior.

One best curve says nothing about the rounds ahead: others fit as well and end elsewhere. So curves are drawn in
proportion to how well they explain the rounds, given what test labels leave open, which the same labels leave open for
all rounds, and what training leaves open, which is new in every round. Two kinds of curves are tried, the power law
(m = 0) and the hyperbola (c = 1): together they held later accuracies more often than either alone.

Level and rise of a curve enter linearly, so they are integrated in closed form over a grid of shapes and of the scatter
of training; no chains, no starting values.

What the rounds leave open is filled by a prior of shapes. One prior does not serve both questions: with the usual
shapes the next gain is told as surely as it should be, but one curve in eight has leveled off at once, so that the end
of the way to a target is open in four projects of five, with however many test labels. Slow shapes rise on.

Source: Mahmood et al., How Much More Data Do I Need?, CVPR 2022 (arXiv 2207.01725), table 1, for the curves; Gelman et
al., Bayesian Data Analysis, 3rd edition 2013, §3.5 and §10.3, for the linear part and the grid.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError

# Offsets of the hyperbola vary by this factor e.
_OFFSET_SPREAD = 1.0
# Training alone moves the last round's accuracy by about so much; rounds with a quarter of the labels by twice as much.
_USUAL_SCATTER = 0.007
_SCATTER_SPREAD = 0.8
_N_SHAPES = 24
_N_SCATTERS = 9
_N_DRAWS = 5_000
LEAST_DRAWS = 50
"""With fewer curves that rise and stay below 100 %, the rounds do not lie on a learning curve."""


@dataclass(frozen=True)
class ShapePrior:
    """Which shapes are expected before any round is seen.

    Attributes:
        exponent: c in the middle.
        exponent_spread: Standard deviation of its logarithm.
        offset: m of the hyperbola in the middle, in labels of the last round: where half of the rise is left.
    """

    exponent: float
    exponent_spread: float
    offset: float


USUAL_SHAPES = ShapePrior(exponent=0.9, exponent_spread=0.6, offset=0.5)
"""Exponents of 20 whole curves each of digits and Fashion-MNIST: 0.4 to 2.2 from the 10 % to the 90 % quantile, median
0.95."""

SLOW_SHAPES = ShapePrior(exponent=0.4, exponent_spread=0.3, offset=1.0)
"""Curves that rise on. Of nine priors, each tried with several tails and stretches, this one left few targets open and
its ranges held the truth at two, four and six rounds ahead; checked on other seeds (docs/benchmarks/rounds.md)."""


@dataclass(frozen=True, eq=False)
class CurveDraws:
    """Curves through the last round, each with its level, its rise and its shape.

    Attributes:
        n_labels: Training labels of the last round.
        level: (B,) expected accuracy with so many.
        steepness: (B,) what is left of the rise to the asymptote: a minus the level.
        offset: (B,) m.
        exponent: (B,) c.
    """

    n_labels: float
    level: NDArray[np.float64]
    steepness: NDArray[np.float64]
    offset: NDArray[np.float64]
    exponent: NDArray[np.float64]

    @property
    def is_curve(self) -> bool:
        """Whether enough curves explain the rounds."""
        return len(self.level) >= LEAST_DRAWS

    def gains(self, n_next: float) -> NDArray[np.float64]:
        """Return (B,) by how much so many more labels raise the expected accuracy."""
        left = ((self.n_labels + n_next + self.offset) / (self.n_labels + self.offset)) ** -self.exponent
        return np.asarray(self.steepness * (1 - left))

    def labels_for(self, target: float) -> NDArray[np.float64]:
        """Return (B,) how many training labels reach a target: those of the last round at least, or infinitely many."""
        # Where nothing is left to rise, what is left falls far below 0: the target is out of reach.
        left = 1 - (target - self.level) / np.maximum(self.steepness, np.finfo(float).tiny)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            # Powers of what is not above 0 mean nothing, and are replaced below.
            grown = (self.n_labels + self.offset) * left ** (-1 / self.exponent) - self.offset
        reached = np.where(left > 0, grown, np.inf)
        return np.where(self.level >= target, self.n_labels, np.maximum(reached, self.n_labels))


def draw_curves(
    n_labels: NDArray[np.floating],
    accuracies: NDArray[np.float64],
    covariance: NDArray[np.float64],
    rng: np.random.Generator,
    prior: ShapePrior = USUAL_SHAPES,
) -> CurveDraws:
    """Return curves drawn from what the rounds allow: they rise, and end at 100 % at most.

    Args:
        n_labels: (R,) training labels of each round, rising from above 0.
        accuracies: (R,).
        covariance: (R, R) of the accuracies, as other test labels would have given them.
        rng: Draws the curves.
        prior: Which shapes are expected.

    Raises:
        InvalidInputError: If a round has no training labels, or there are fewer than 3 rounds.

    Examples:
        >>> n = np.array([100.0, 200.0, 400.0, 800.0])
        >>> curves = draw_curves(n, 0.9 - 4 * n**-0.5, 1e-8 * np.eye(4), np.random.default_rng(0))
        >>> round(4 * 800**-0.5 - 4 * 1600**-0.5, 3)
        0.041
        >>> np.quantile(curves.gains(800), [0.1, 0.5, 0.9]).round(2)
        array([0.03, 0.04, 0.05])
    """
    labels = _checked(n_labels)
    shapes = _Shapes.of(labels[-1], prior)
    growth = (labels[:, None] + shapes.offset) / (labels[-1] + shapes.offset)
    left = growth**-shapes.exponent
    # The rise that is left from each round on, in units of what the rounds saw; the last round's is the unit of level.
    seen = left[0] - 1
    fits, log_prior = _fits((left - 1) / seen, labels, accuracies, covariance)
    evidence = np.stack([fit.log_evidence for fit in fits]) + log_prior[:, None] + shapes.log_prior
    # Relative to the highest: likelihoods of rounds far off a curve underflow.
    chances = np.exp(evidence - evidence.max()).ravel()
    cells = rng.choice(chances.size, _N_DRAWS, p=chances / chances.sum())
    scatter, shape = np.unravel_index(cells, evidence.shape)
    level, rise = _Line.drawn(fits, scatter, shape, rng)
    steepness = rise / seen[shape]
    # Rejected after drawing: the flat priors of level and rise, which give the integral its closed form, have no
    # bounds.
    is_curve = (rise >= 0) & (level + steepness <= 1)
    return CurveDraws(
        float(labels[-1]),
        level[is_curve],
        steepness[is_curve],
        shapes.offset[shape][is_curve],
        shapes.exponent[shape][is_curve],
    )


def _checked(n_labels: NDArray[np.floating]) -> NDArray[np.float64]:
    labels = np.asarray(n_labels, np.float64)
    if len(labels) < 3 or labels.min() <= 0:
        raise InvalidInputError(
            f"a curve of three parameters needs 3 rounds with training labels, not {labels.astype(int).tolist()}"
        )
    return labels


def _fits(
    design: NDArray[np.float64],
    labels: NDArray[np.float64],
    accuracies: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> tuple[list["_Line"], NDArray[np.float64]]:
    """Return the lines under each scatter of training, and how usual each scatter is (log)."""
    # From a tenth of a point to four points of accuracy.
    scatters = np.geomspace(0.001, 0.04, _N_SCATTERS)
    # The variance of training falls with the labels, as that of an estimate from so many.
    covariances = [covariance + np.diag(scatter**2 * labels[-1] / labels) for scatter in scatters]
    fits = [_Line.fit(design, accuracies, each) for each in covariances]
    return fits, -0.5 * (np.log(scatters / _USUAL_SCATTER) / _SCATTER_SPREAD) ** 2


@dataclass(frozen=True, eq=False)
class _Shapes:
    """The grid of shapes.

    Attributes:
        offset: (S,).
        exponent: (S,).
        log_prior: (S,) how usual each shape is; both kinds are as likely.
    """

    offset: NDArray[np.float64]
    exponent: NDArray[np.float64]
    log_prior: NDArray[np.float64]

    @classmethod
    def of(cls, n_last: float, prior: ShapePrior) -> "_Shapes":
        # Wider than what whole curves have shown, so that the prior and not the grid decides.
        exponents = np.geomspace(0.05, 3, _N_SHAPES)
        offsets = np.geomspace(0.02, 20, _N_SHAPES)
        priors = (
            -0.5 * (np.log(exponents / prior.exponent) / prior.exponent_spread) ** 2,
            -0.5 * (np.log(offsets / prior.offset) / _OFFSET_SPREAD) ** 2,
        )
        # Each kind sums to 1 over its own grid, so that neither is likelier because its points are closer together.
        return cls(
            np.concatenate([np.zeros(_N_SHAPES), offsets * n_last]),
            np.concatenate([exponents, np.ones(_N_SHAPES)]),
            np.concatenate([values - np.log(np.exp(values).sum()) for values in priors]),
        )


@dataclass(frozen=True, eq=False)
class _Line:
    """accuracy = level - rise · design for every shape (S,), by generalized least squares with flat priors.

    Attributes:
        level: (S,) mean.
        rise: (S,) mean.
        level_variance: (S,).
        rise_variance: (S,).
        shared: (S,) their covariance.
        log_evidence: (S,) how well the shape explains the rounds, up to a constant.
    """

    level: NDArray[np.float64]
    rise: NDArray[np.float64]
    level_variance: NDArray[np.float64]
    rise_variance: NDArray[np.float64]
    shared: NDArray[np.float64]
    log_evidence: NDArray[np.float64]

    @classmethod
    def fit(
        cls, design: NDArray[np.float64], accuracies: NDArray[np.float64], covariance: NDArray[np.float64]
    ) -> "_Line":
        # Whitened by the Cholesky factor of the covariance, rounds are independent with variance 1, and ordinary least
        # squares applies.
        root = np.linalg.cholesky(covariance)
        ones = np.linalg.solve(root, np.ones(len(accuracies)))
        slopes = -np.linalg.solve(root, design)
        whitened = np.linalg.solve(root, accuracies)
        # Normal equations of two unknowns, written out: all shapes at once.
        level_level = ones @ ones
        level_rise = ones @ slopes
        rise_rise = (slopes**2).sum(axis=0)
        level_side = ones @ whitened
        rise_side = whitened @ slopes
        determinant = level_level * rise_rise - level_rise**2
        level = (rise_rise * level_side - level_rise * rise_side) / determinant
        rise = (level_level * rise_side - level_rise * level_side) / determinant
        # The residual sum of squares of the best line, and the volume under the likelihood around it.
        squared = whitened @ whitened - level * level_side - rise * rise_side
        evidence = -np.log(np.diag(root)).sum() - squared / 2 - np.log(determinant) / 2
        return cls(level, rise, rise_rise / determinant, level_level / determinant, -level_rise / determinant, evidence)

    @staticmethod
    def drawn(
        fits: list["_Line"], scatter: NDArray[np.int64], shape: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return levels and rises (B,) of cells of the grid."""

        def cells(values: list[NDArray[np.float64]]) -> NDArray[np.float64]:
            return np.asarray(np.stack(values)[scatter, shape])

        rise_variance = cells([fit.rise_variance for fit in fits])
        shared = cells([fit.shared for fit in fits])
        rise_luck = rng.standard_normal(len(shape))
        level_luck = rng.standard_normal(len(shape))
        # First the rise, then the level given that rise: the two are correlated.
        rise = cells([fit.rise for fit in fits]) + np.sqrt(rise_variance) * rise_luck
        own = cells([fit.level_variance for fit in fits]) - shared**2 / rise_variance
        level = cells([fit.level for fit in fits]) + shared / np.sqrt(rise_variance) * rise_luck
        # Rounding may leave a variance a hair below 0.
        return level + np.sqrt(np.maximum(own, 0)) * level_luck, rise
