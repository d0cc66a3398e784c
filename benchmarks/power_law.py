"""The learning curve: accuracy = a - b n^(-c) for n training labels.

Of six curves this one missed the last accuracy of simulated projects by the least. Given c the curve is a straight line
in n^(-c), so a and b follow in closed form and only c is searched for: no starting values, and all draws of a bootstrap
at once.

Source: Mahmood et al., How Much More Data Do I Need?, CVPR 2022 (arXiv 2207.01725), table 1; bounds are ours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError

# A lower exponent is a logarithm, a higher one a step: neither says anything about where the curve ends.
LOWEST_EXPONENT = 0.01
HIGHEST_EXPONENT = 3.0
# Steps of 6 %; what is left between them is refined below, and is far less than what test labels leave open.
_N_EXPONENTS = 101
_AT_BOUND = 1e-9
_GOLDEN = (5**0.5 - 1) / 2
# 20 sections leave a ten-thousandth of the two steps.
_N_SECTIONS = 20


@dataclass(frozen=True, eq=False)
class PowerLaw:
    """Fitted curves, one for each draw.

    Attributes:
        asymptote: (B,) a, accuracy with endless labels, at most 1.
        scale: (B,) b, 0 or more.
        exponent: (B,) c.
    """

    asymptote: NDArray[np.float64]
    scale: NDArray[np.float64]
    exponent: NDArray[np.float64]

    def accuracy(self, n_labels: float) -> NDArray[np.float64]:
        """Return (B,) accuracy with so many training labels."""
        return np.asarray(self.asymptote - self.scale * n_labels**-self.exponent)

    def labels_for(self, target: float) -> NDArray[np.float64]:
        """Return (B,) how many training labels reach a target, infinite where the curve never does."""
        room = self.asymptote - target
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            needed = (self.scale / room) ** (1 / self.exponent)
        # A flat curve is at its asymptote from the first label on.
        needed = np.where(self.scale == 0, 0.0, needed)
        return np.where(room > 0, needed, np.inf)

    @property
    def is_at_bound(self) -> NDArray[np.bool_]:
        """(B,) whether a curve still rises so steadily that its end cannot be told."""
        rises = self.scale > 0
        is_open = (self.asymptote >= 1 - _AT_BOUND) | (self.exponent <= LOWEST_EXPONENT * (1 + _AT_BOUND))
        return np.asarray(rises & is_open)


def fit_power_law(
    n_labels: NDArray[np.floating],
    accuracies: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    asymptote: float | None = None,
) -> PowerLaw:
    """Return the weighted least-squares curve through the accuracies of each draw.

    Args:
        n_labels: (R,) training labels of each round, above 0.
        accuracies: (B, R) accuracy of each round in each draw.
        weights: (R,) one over the variance of each round's accuracy, up to a factor.
        asymptote: Fixes a; 1 is the optimistic bound.

    Raises:
        InvalidInputError: If a round has no training labels, or there are fewer than 3 rounds.

    Examples:
        >>> n = np.array([100.0, 200.0, 400.0, 800.0])
        >>> curve = fit_power_law(n, (0.9 - 4 * n**-0.5)[None], np.ones(4))
        >>> curve.asymptote.round(3), curve.scale.round(2), curve.exponent.round(3)
        (array([0.9]), array([4.]), array([0.5]))
        >>> curve.labels_for(0.8).round()
        array([1600.])
    """
    labels = np.asarray(n_labels, np.float64)
    if len(labels) < 3 or labels.min() <= 0:
        raise InvalidInputError(
            f"a curve of three parameters needs 3 rounds with training labels, not {labels.astype(int).tolist()}"
        )
    chances = np.asarray(weights, np.float64) / np.sum(weights)
    return _Search(labels, np.asarray(accuracies, np.float64), chances, asymptote).best()


@dataclass(frozen=True, eq=False)
class _Search:
    """The search for the exponent of each draw.

    Attributes:
        labels: (R,) training labels.
        accuracies: (B, R).
        chances: (R,) weights, adding up to 1.
        asymptote: a, if it is fixed.
    """

    labels: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    chances: NDArray[np.float64]
    asymptote: float | None

    def best(self) -> PowerLaw:
        steps = np.geomspace(LOWEST_EXPONENT, HIGHEST_EXPONENT, _N_EXPONENTS)
        errors = np.stack([self._line(step)[2] for step in steps], axis=1)
        nearest = errors.argmin(axis=1)
        refined = self._refined(steps[np.maximum(nearest - 1, 0)], steps[np.minimum(nearest + 1, _N_EXPONENTS - 1)])
        # Sections never reach the ends of the range itself.
        is_step = errors[np.arange(len(nearest)), nearest] <= self._line(refined)[2]
        exponent = np.where(is_step, steps[nearest], refined)
        asymptote, slope, _ = self._line(exponent)
        return PowerLaw(asymptote, slope * self.labels[0] ** exponent, exponent)

    def _refined(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exponents of least error between two steps by golden sections, all draws side by side."""
        for _ in range(_N_SECTIONS):
            left = high - _GOLDEN * (high - low)
            right = low + _GOLDEN * (high - low)
            is_left = self._line(left)[2] < self._line(right)[2]
            high = np.where(is_left, right, high)
            low = np.where(is_left, low, left)
        return (low + high) / 2

    def _line(self, exponent: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return a, the slope and the weighted squared error of each draw (B,) for its exponent."""
        # Scaled to 1 at the first round: n^(-3) of a million labels would vanish beside 1.
        shape = (self.labels / self.labels[0]) ** -np.reshape(exponent, (-1, 1))
        free_asymptote, free_slope = self._free(shape)
        bound = 1.0 if self.asymptote is None else self.asymptote
        is_bound = (free_asymptote > bound) | (self.asymptote is not None)
        asymptote = np.where(is_bound, bound, free_asymptote)
        slope = np.where(is_bound, self._bound_slope(shape, bound), free_slope)
        residuals = self.accuracies - (asymptote[:, None] - slope[:, None] * shape)
        return asymptote, slope, residuals**2 @ self.chances

    def _free(self, shape: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mean_shape = shape @ self.chances
        mean_accuracy = self.accuracies @ self.chances
        centered = (shape - mean_shape[:, None]) * self.chances
        spread = (centered * shape).sum(axis=1)
        # A curve that falls with more labels is taken to be flat.
        slope = np.maximum(-(self.accuracies * centered).sum(axis=1) / spread, 0)
        return mean_accuracy + slope * mean_shape, slope

    def _bound_slope(self, shape: NDArray[np.float64], bound: float) -> NDArray[np.float64]:
        slope = ((bound - self.accuracies) * shape) @ self.chances / (shape**2 @ self.chances)
        return np.maximum(slope, 0)
