"""How often `detect_contamination` sees that a model was trained on test samples, and accuses one that was not.

Each model is trained on 300 rows, with and without labeled rows of a reserve of 250; the model before it saw 240 of the
300. Probes are linear, networks are trained until they fit, neighbors remember everything.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import ReserveRows, detect_contamination, moved_probability
from al_core.types import Probabilities
from benchmarks.rounds_projects import split_of
from benchmarks.rounds_tables import Measured, remembered, share, table

VARIANTS = ("digits", "fashion")
N_RESERVE = 250
N_TRAINING = 300
N_BEFORE = 240
LABELED = (20, 50, 100)


def _models() -> dict[str, Callable[[], object]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier

    return {
        "linear probe": lambda: LogisticRegression(C=10, max_iter=200, tol=1e-3),
        "linear probe, hardly regularized": lambda: LogisticRegression(C=1000, max_iter=300, tol=1e-3),
        "nearest neighbor": lambda: KNeighborsClassifier(1),
        "5 nearest by distance": lambda: KNeighborsClassifier(5, weights="distance"),
        "network of 128, overfit": lambda: MLPClassifier((128,), alpha=0, max_iter=300, random_state=0),
    }


def measure(variant: str, seed: int) -> Iterator[Measured]:
    """Yield whether each model is accused, by its confidence alone and also by where it moved."""
    split = split_of(variant, seed)
    order = np.random.default_rng(1000 + seed).permutation(len(split.pool))
    reserve = order[:N_RESERVE]
    training = order[N_RESERVE : N_RESERVE + N_TRAINING]

    def outputs(name: str, rows: NDArray[np.int64]) -> Probabilities:
        model = _models()[name]().fit(split.pool[rows], split.labels[rows])  # type: ignore[attr-defined] # scikit-learn
        probabilities = np.zeros((N_RESERVE, 10))
        probabilities[:, model.classes_] = model.predict_proba(split.pool[reserve])
        return probabilities

    for name in _models():
        before = outputs(name, training[:N_BEFORE])
        honest = outputs(name, training)
        for n_labeled in LABELED:
            rows = ReserveRows(np.arange(N_RESERVE) < n_labeled)
            cheating = outputs(name, np.concatenate([training, reserve[:n_labeled]]))
            for is_cheating, after in ((False, honest), (True, cheating)):
                moved = moved_probability(before, after)
                sure = after.max(axis=1)
                alone = detect_contamination(rows, sure, seed=seed)
                both = detect_contamination(rows, sure, moved=moved, confidence_before=before.max(axis=1), seed=seed)
                yield {
                    "variant": variant,
                    "model": name,
                    "n_labeled": n_labeled,
                    "is_cheating": is_cheating,
                    # Refused from fewer than 5 rows on, which none of these has.
                    "alone": bool(getattr(alone, "is_detected", False)),
                    "both": bool(getattr(both, "is_detected", False)),
                }


def contamination(folder: Path, seeds: range) -> str:
    """Return the table."""
    warnings.simplefilter("ignore")
    measured = [
        each
        for variant in VARIANTS
        for seed in seeds
        for each in remembered(folder / "contamination" / f"{variant}-{seed}.json", partial(measure, variant, seed))
    ]
    rows = []
    for name in _models():
        for n_labeled in LABELED:
            cells = []
            for variant in VARIANTS:
                some = [each for each in measured if (each["variant"], each["model"]) == (variant, name)]
                some = [each for each in some if each["n_labeled"] == n_labeled]
                cheating = [each for each in some if each["is_cheating"]]
                cells += [share(bool(each[key]) for each in cheating) for key in ("alone", "both")]
            honest = [each for each in measured if each["model"] == name and not each["is_cheating"]]
            honest = [each for each in honest if each["n_labeled"] == n_labeled]
            rows.append([name, str(n_labeled), *cells, share(bool(each["both"]) for each in honest)])
    header = ["model", "test labels trained on"]
    header += [f"{variant}, {by}" for variant in VARIANTS for by in ("confidence alone", "both traces")]
    return table([*header, "honest ones accused"], rows)
