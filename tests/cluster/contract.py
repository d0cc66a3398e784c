"""What every method must pick on a cluster: the rows of one machine."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.config import (
    Apart,
    AtMost,
    Balance,
    Budget,
    Column,
    Novel,
    Prefer,
    Quota,
    SamplingMethod,
    SelectionConfig,
    Similar,
)
from al_core.selection import METHODS, GoalArrays

VECTORS: dict[str, Callable[[np.random.Generator, int, int], NDArray[Any]]] = {
    "normal": lambda rng, n, d: rng.normal(size=(n, d)),
    "grid": lambda rng, n, d: rng.integers(1, 4, (n, d)),
    "near duplicates": lambda rng, n, d: rng.normal(size=(n // 5 + 1, d)).repeat(5, 0)[:n] + 1e-4 * rng.random((n, d)),
    "one beside another": lambda rng, n, d: np.sort(rng.normal(size=(n, d)), axis=0),
}
"""The last ones lie side by side, so that one shard has all that is far from the others."""

FORMS: dict[SamplingMethod, tuple[dict[str, Any], ...]] = {
    SamplingMethod.CORAL: ({}, {"coral": "product"}),
}
"""The forms of a method; a new method has one without being named here."""

OPTIONS: dict[str, dict[str, Any]] = {
    "alone": {},
    "min_distance": {"min_distance": 0.4},
    "goals": {"goals": (Similar("key"), Novel(), Prefer("number"))},
    "limits": {"limits": (AtMost(4, Column("camera")), Apart(Column("number"), 1))},
    "quota and distance": {"limits": (Quota(Column("camera"), {"1": (3, -1)}),), "min_distance": 0.1},
    "budget": {"budget": Budget(25, "money", per_image=0.5, per_object=0.25)},
    "balance": {"goals": (Balance(Column("camera")),)},
}

DISTANCES_WITH_BALANCE = {"CORESET", "CORAL product"}
"""What a cluster refuses with a balance."""

Case: TypeAlias = tuple[SamplingMethod, dict[str, Any], str]
"""A method, its form, and the name of its options."""

CASES: list[Case] = [
    (method, form, name)
    for method in METHODS
    for form in FORMS.get(method, ({},))
    for name, options in OPTIONS.items()
    # RANDOM takes no goals.
    if method is not SamplingMethod.RANDOM or "goals" not in options
]

ALONE: list[Case] = [case for case in CASES if case[2] == "alone"]


def id_of(value: object) -> str:
    """Return what stands for a part of a case in the names of tests."""
    return "-".join(value.values()) if isinstance(value, dict) else str(value)


def config_of(method: SamplingMethod, form: dict[str, Any], name: str, n_samples: int) -> SelectionConfig:
    return SelectionConfig(method, n_samples, seed=3, **form, **OPTIONS[name])


def is_refused(method: SamplingMethod, form: dict[str, Any], name: str) -> bool:
    return name == "balance" and f"{method} {form.get('coral', '')}".strip() in DISTANCES_WITH_BALANCE


def arrays_of(rng: np.random.Generator, embeddings: NDArray[Any]) -> GoalArrays:
    n = len(embeddings)
    columns = {"number": rng.integers(0, n // 3 + 2, n).astype(float), "camera": rng.integers(0, 12, n).astype(float)}
    return GoalArrays(columns, None, rng.integers(0, 3, n).astype(float), {Similar("key").key: embeddings[:3]})


def inputs_of(rng: np.random.Generator, embeddings: NDArray[Any]) -> dict[str, Any]:
    """Return a query set with gaps, labeled rows in and beside it, scores with ties and columns for goals."""
    n = len(embeddings)
    return {
        "scores": rng.integers(0, 8, n) / 8,
        "query_rows": np.flatnonzero(rng.random(n) < 0.9),
        "preselected_rows": rng.choice(n, max(1, n // 50), replace=False),
        "arrays": arrays_of(rng, embeddings),
    }
