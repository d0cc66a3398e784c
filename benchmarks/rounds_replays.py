"""What replays of `rounds.py` say: against whole projects, and where nothing can be gained.

Three nulls: embeddings that are noise, of which no probe learns anything; scores that are shuffled, where only the
method that goes by scores alone has nothing to go by (CORAL still spreads its picks, and gains by that); and both.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import LabeledRows, Refusal, replay
from al_core.evaluation.probe import margin_scores
from al_core.types import Probabilities, Scores
from benchmarks.rounds_projects import METHODS, REPLAYED, Project, split_of
from benchmarks.rounds_tables import Measured, remembered, share, table

N_ROUNDS = 6
NULLS = ("noise", "shuffled", "noise and shuffled")
BY_SCORE_ALONE = "ACTIVE_LEARNING"


def _shuffled(probabilities: Probabilities) -> Scores:
    scores = margin_scores(probabilities)
    seed = int(1e6 * scores.sum())
    return np.asarray(np.random.default_rng(seed).permutation(scores))


def verdicts(project: Project, kind: str, n_seeds: int) -> Iterator[Measured]:
    """Yield what the replay of the labels of one project says of each method."""
    split = split_of(project.variant, project.seed)
    embeddings: NDArray[np.floating] = split.pool
    if "noise" in kind:
        embeddings = np.random.default_rng(project.seed).standard_normal(split.pool.shape)
    chosen, tests = project.chosen, project.reserve
    labels = LabeledRows(embeddings, chosen, split.labels[chosen], tests, split.labels[tests], (project.method,))
    scores = _shuffled if "shuffled" in kind else margin_scores
    with patch("al_core.evaluation.replay.margin_scores", scores):
        result = replay(labels, METHODS, seed=project.seed, n_rounds=N_ROUNDS, n_seeds=n_seeds)
    for verdict in () if isinstance(result, Refusal) else result.verdicts:
        yield {
            "variant": project.variant,
            "maker": project.method,
            "kind": kind,
            "method": str(verdict.method),
            "word": verdict.word,
        }


def replays(all_projects: list[Project], folder: Path, n_seeds: int) -> str:
    """Return how often verdicts are right, by who made the pool, and how often they say "ahead" where nothing is."""
    measured: list[Measured] = []
    # Long projects of all four makers: from fewer than 400 labels nothing can be told.
    replayed = [each for each in all_projects if each.is_long and each.seed < REPLAYED.get(each.variant, 0)]
    for project in sorted(replayed, key=lambda each: each.seed):
        for kind in ("real", *NULLS):
            name = f"{project.variant}-{project.seed}-{project.method}-{kind.replace(' ', '-')}.json"
            file = folder / f"replays-{n_seeds}" / name
            measured += remembered(file, partial(verdicts, project, kind, n_seeds))
    return replay_report(measured, _leads(replayed))


def _leads(projects: list[Project]) -> dict[tuple[str, str], float]:
    """Return by data and method how far its projects are ahead of RANDOM's, in mean accuracy over the rounds."""
    areas: dict[tuple[str, str], list[float]] = defaultdict(list)
    for project in projects:
        areas[project.variant, project.method].append(float(project.accuracy[1:].mean()))
    return {kind: float(np.mean(values) - np.mean(areas[kind[0], "RANDOM"])) for kind, values in areas.items()}


def replay_report(measured: list[Measured], leads: dict[tuple[str, str], float]) -> str:
    """Return the table."""

    def is_right(each: Measured) -> bool:
        return (each["word"] == "ahead") == (leads[str(each["variant"]), str(each["method"])] > 0)

    def false_leads(some: Iterable[Measured], kind: str) -> str:
        of_kind = [each for each in some if each["kind"] == kind]
        if kind == "shuffled":
            of_kind = [each for each in of_kind if each["method"] == BY_SCORE_ALONE]
        return share(each["word"] == "ahead" for each in of_kind)

    rows = []
    for maker in (*METHODS, None):
        some = [each for each in measured if maker is None or each["maker"] == str(maker)]
        real = [each for each in some if each["kind"] == "real"]
        spoken = [each for each in real if each["word"] != "cannot tell"]
        # The constant answer always speaks.
        constant = [leads[str(each["variant"]), str(each["method"])] > 0 for each in real]
        cells = [f"{len(spoken)} of {len(real)}", share(map(is_right, spoken)), share(constant)]
        rows.append([str(maker or "any"), *cells, *(false_leads(some, kind) for kind in NULLS)])
    header = ["pool made by", "speaks", "right where it speaks", 'always "ahead"']
    return table([*header, *(f'"ahead": {kind}' for kind in NULLS)], rows)
