"""The model of the composed scenes: a small network that looks at each window of a scene, trained on a few of them."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.demos.composed_scenes import DIGIT, Scenes
from al_core.demos.recording import Weights
from al_core.types import Probabilities, Rows

Places: TypeAlias = NDArray[np.int64]
"""(n, 2): top and left of windows in one scene."""

BACKGROUND = 10
"""The class after the ten digits."""
N_BACKGROUND_WINDOWS = 150
"""Windows of each labeled scene that the network sees as background; those that hold a digit exactly are left out."""
N_REPEATS = 6
"""How often it sees each digit, so that background does not outweigh them."""
N_EPOCHS = 60
LEAST_OBJECTNESS = 0.3
"""A window holds a digit from this probability on."""


def train(scenes: Scenes, labeled_rows: Rows) -> Weights:
    """Return the parameters of a network trained on the windows of the labeled scenes alone."""
    from sklearn.neural_network import MLPClassifier

    examples, labels = _training_windows(scenes, labeled_rows)
    network = MLPClassifier(64, learning_rate_init=0.01, random_state=0)
    for _ in range(N_EPOCHS):
        network.partial_fit(examples, labels, classes=np.arange(BACKGROUND + 1))
    names = ("hidden", "hidden-bias", "output", "output-bias")
    layers = (network.coefs_[0], network.intercepts_[0], network.coefs_[1], network.intercepts_[1])
    return {name: layer.astype(np.float32) for name, layer in zip(names, layers, strict=True)}


def window_probabilities(scenes: Scenes, weights: Weights) -> list[Probabilities]:
    """Return the probabilities of ten digits and background at each place of each scene, (25, 25, 11)."""
    from scipy.special import softmax

    windows = scenes.windows()
    hidden = np.maximum(windows.reshape(-1, DIGIT**2) @ weights["hidden"] + weights["hidden-bias"], 0)
    probabilities = softmax(hidden @ weights["output"] + weights["output-bias"], axis=1)
    return list(probabilities.reshape(*windows.shape[:3], BACKGROUND + 1))


def find_digits(grid: Probabilities) -> Places:
    """Return the windows that hold a digit, best first, none within half a window of a better one."""
    objectness = 1 - grid[..., BACKGROUND]
    candidates = np.argwhere(objectness >= LEAST_OBJECTNESS)
    best_first = np.argsort(-at(objectness, candidates), kind="stable")
    digits: list[NDArray[np.int64]] = []
    for place in candidates[best_first]:
        if all(np.abs(place - better).max() > DIGIT // 2 for better in digits):
            digits.append(place)
    return np.array(digits, np.int64).reshape(-1, 2)


def at(grid: NDArray[np.float32], places: Places) -> NDArray[np.float32]:
    """Return what a grid (25, 25, …) has at these places, (n, …)."""
    return grid[places[:, 0], places[:, 1]]


def _training_windows(scenes: Scenes, labeled_rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return windows (n, 64) of the labeled scenes and the class of each (n,)."""
    rng = np.random.default_rng(0)
    windows = scenes.windows()
    examples = []
    labels = []
    for row in labeled_rows.tolist():
        digits = scenes.digits[row]
        digit_places = digits[:, 1:]
        examples.append(at(windows[row], digit_places).repeat(N_REPEATS, axis=0))
        labels.append(np.repeat(digits[:, 0], N_REPEATS))
        places = rng.integers(0, windows.shape[1], (N_BACKGROUND_WINDOWS, 2))
        # A window beside a digit is background too: boxes that are a pixel off overlap by less than 0.8.
        is_digit = (places[:, np.newaxis] == digit_places).all(axis=2).any(axis=1)
        background = places[~is_digit]
        examples.append(at(windows[row], background))
        labels.append(np.full(len(background), BACKGROUND))
    return np.concatenate(examples).reshape(-1, DIGIT**2), np.concatenate(labels)
