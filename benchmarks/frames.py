"""Frames of videos: do hard limits help where neighbors are near-copies?

A sequence is a window that moves over a photograph with one object on it, both out of Debian's packages
(`photos.py`); its class is that of the object. Sequences are 4 to 120 frames long, as a camera that stands still fills
a folder. Test frames are single ones, of photographs and objects that no sequence of the pool shows. The classifier is
a logistic regression on embeddings of the bundled network; CORAL sees its margins, and the first batch has no scores.

`python -m benchmarks.frames` runs 10 seeds in two processes and prints the table of docs/benchmarks/frames.md;
finished seeds are kept in `.bench/frames`.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits

from al_core.config import Apart, AtMost, Column, SelectionConfig
from al_core.selection import GoalArrays, select
from al_core.types import Embeddings, Rows, Scores
from benchmarks.paired_seeds import interval, run_seeds
from benchmarks.photos import CLASSES, stamps, wallpapers

RUNS = Path(".bench/frames")
SIDE = 224
BACKGROUND_SIDE = 448
N_FRAMES = 1_200
N_TEST = 240
BATCH = 16
N_ROUNDS = 8
STEP = 3.0
"""Pixels that the window moves between two frames, on average."""
OBJECT_SIZE = (90, 170)
GAP = 10
"""Frames between two picks of a sequence, of which the median one has 14."""
MOST = 3

Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Frames:
    """N frames, those of a sequence one after another.

    Attributes:
        embeddings: (N, 1280).
        classes: (N,) the class of each.
        sequence: (N,) the number of its sequence.
    """

    embeddings: Embeddings
    classes: Classes
    sequence: NDArray[np.int64]


@dataclass(frozen=True)
class State:
    """What an arm may see: no label of the pool but those that were bought."""

    frames: Frames
    labeled: Rows
    margins: Scores | None
    seed: int


def make_frames(seed: int) -> tuple[Frames, Frames]:
    """Return a pool of sequences and test frames that share neither a photograph nor an object."""
    rng = np.random.default_rng(seed)
    photos = wallpapers(BACKGROUND_SIDE)
    halves = np.array_split(rng.permutation(len(photos)), 2)
    cut_outs = [
        [(label, picture) for label, some in enumerate(stamps().values()) for picture in some[side::2]]
        for side in (0, 1)
    ]
    lengths = np.clip(rng.geometric(1 / 20, N_FRAMES), 4, 120)
    lengths = lengths[np.cumsum(lengths) <= N_FRAMES]
    pool = _filmed(rng, [photos[number] for number in halves[0]], cut_outs[0], lengths)
    return pool, _filmed(rng, [photos[number] for number in halves[1]], cut_outs[1], np.ones(N_TEST, np.int64))


def _filmed(
    rng: np.random.Generator,
    photos: list[NDArray[np.uint8]],
    cut_outs: list[tuple[int, NDArray[np.uint8]]],
    lengths: NDArray[np.int64],
) -> Frames:
    from al_core.embedding import load_model

    model = load_model()
    by_class = [[picture for label, picture in cut_outs if label == number] for number in range(len(CLASSES))]
    embeddings: list[Embeddings] = []
    classes: list[int] = []
    for length in lengths.tolist():
        label = int(rng.integers(len(CLASSES)))
        cut_out = by_class[label][rng.integers(len(by_class[label]))]
        images = _window_moved(photos[rng.integers(len(photos))], cut_out, length, rng)
        embeddings += [model.run(image[None])[0] for image in images]
        classes.append(label)
    return Frames(np.array(embeddings), np.repeat(classes, lengths), np.repeat(np.arange(len(lengths)), lengths))


def _window_moved(
    photo: NDArray[np.uint8], cut_out: NDArray[np.uint8], length: int, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """Return the frames of a window that wanders over a photograph while the object stays in view."""
    scale = rng.uniform(*OBJECT_SIZE) / max(cut_out.shape[:2])
    height, width = (round(side * scale) for side in cut_out.shape[:2])
    shown = Image.fromarray(cut_out).resize((width, height))
    picture = Image.fromarray(photo)
    room = np.array([picture.width - SIDE, picture.height - SIDE])
    place = rng.uniform(0, 1, 2) * room
    # Somewhere in the first window, with room for the window to wander.
    at = (place + rng.uniform(0, 1, 2) * (SIDE - np.array([width, height]))).astype(int)
    picture.paste(shown, (int(at[0]), int(at[1])), shown)
    lowest = np.maximum(at + np.array([width, height]) - SIDE - 20, 0)
    highest = np.minimum(at + 20, room)
    velocity = rng.normal(0, STEP / 1.5, 2)
    frames = []
    for _ in range(length):
        left, top = (int(value) for value in np.clip(place, lowest, np.maximum(highest, lowest)))
        frames.append(np.asarray(picture.crop((left, top, left + SIDE, top + SIDE))))
        velocity = 0.9 * velocity + rng.normal(0, STEP / 3, 2)
        place = place + velocity
    return frames


def _select(method: str, *limits: Apart | AtMost) -> Callable[[State], Rows]:
    def query(state: State) -> Rows:
        config = SelectionConfig(method, len(state.labeled) + BATCH, seed=state.seed, limits=limits)
        frame = np.arange(len(state.frames.classes), dtype=np.float64)
        columns = {"sequence": state.frames.sequence.astype(np.float64), "frame": frame}
        return select(
            state.frames.embeddings,
            config,
            scores=np.ones(len(frame)) if state.margins is None else state.margins,
            preselected_rows=state.labeled,
            arrays=GoalArrays(columns) if limits else None,
        )

    return query


def every_nth(state: State) -> Rows:
    """Return frames at equal distances in the folder, each round between those of the rounds before."""
    free: Rows = np.setdiff1d(np.arange(len(state.frames.classes)), state.labeled)
    spacing = len(free) / BATCH
    # Steps of the golden section fall between earlier ones for any number of rounds.
    start = (0.618 * len(state.labeled) / BATCH) % 1
    places = ((np.arange(BATCH) + start) * spacing).astype(int)
    chosen: Rows = free[places]
    return chosen


APART = Apart(Column("frame"), GAP, within=Column("sequence"))
AT_MOST = AtMost(MOST, per=Column("sequence"))
ARMS: dict[str, Callable[[State], Rows]] = {
    "RANDOM": _select("RANDOM"),
    "every n-th frame": every_nth,
    "CORESET": _select("CORESET"),
    "CORAL": _select("CORAL"),
    f"CORAL, Apart by {GAP} frames": _select("CORAL", APART),
    f"CORAL, AtMost {MOST} per sequence": _select("CORAL", AT_MOST),
    "CORAL, both limits": _select("CORAL", APART, AT_MOST),
    f"RANDOM, AtMost {MOST} per sequence": _select("RANDOM", AT_MOST),
}


def run_seed(seed: int) -> dict[str, dict[str, list[float]]]:
    """Return by arm the accuracies after each round, and how many sequences the picks come from; kept on disk."""
    path = RUNS / f"{seed}.json"
    if path.exists():
        stored: dict[str, dict[str, list[float]]] = json.loads(path.read_text())
        return stored
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        pool, test = make_frames(seed)
        curves = {name: _run(arm, pool, test, seed) for name, arm in ARMS.items()}
    RUNS.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(curves))
    return curves


def _run(arm: Callable[[State], Rows], pool: Frames, test: Frames, seed: int) -> dict[str, list[float]]:
    from sklearn.linear_model import LogisticRegression

    unit = [frames.embeddings / np.linalg.norm(frames.embeddings, axis=1, keepdims=True) for frames in (pool, test)]
    labeled = np.empty(0, np.int64)
    margins: Scores | None = None
    accuracies: list[float] = []
    n_sequences: list[float] = []
    for number in range(N_ROUNDS):
        rows = arm(State(pool, labeled, margins, 1000 * seed + number))
        labeled = np.concatenate([labeled, np.asarray(rows)[:BATCH]])
        model = LogisticRegression(C=10, max_iter=300).fit(unit[0][labeled], pool.classes[labeled])
        top = np.sort(model.predict_proba(unit[0]), axis=1)
        margins = np.clip(1 - (top[:, -1] - top[:, -2]), 0, 1)
        accuracies.append(float((model.predict(unit[1]) == test.classes).mean()))
        n_sequences.append(float(len(np.unique(pool.sequence[labeled]))))
    return {"accuracy": accuracies, "sequences": n_sequences}


def report(curves: list[dict[str, dict[str, list[float]]]]) -> str:
    """Return the table: accuracy over the rounds and after the last, each against RANDOM on the same seeds."""
    lines = [
        f"| arm | mean accuracy of {N_ROUNDS} rounds | minus RANDOM, ± 95 % | minus CORAL, ± 95 % | last accuracy "
        f"| sequences among {N_ROUNDS * BATCH} picks |",
        "|---|---|---|---|---|---|",
    ]
    means = {name: np.array([np.mean(seed[name]["accuracy"]) for seed in curves]) for name in ARMS}
    for name in ARMS:
        gains = []
        for other in ("RANDOM", "CORAL"):
            difference = means[name] - means[other]
            gains.append(f"{difference.mean():+.4f} ± {interval(difference):.4f}" if name != other else "")
        last = np.mean([seed[name]["accuracy"][-1] for seed in curves])
        n_sequences = np.mean([seed[name]["sequences"][-1] for seed in curves])
        lines.append(f"| {name} | {means[name].mean():.4f} | {' | '.join(gains)} | {last:.4f} | {n_sequences:.0f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run_seeds(__doc__, run_seed, report)
