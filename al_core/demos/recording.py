"""What the rounds of the demos came to when `python -m tools.record_demos` ran them.

Embedding, laying out the map, selecting and training take half a minute and more; what they led to takes less than
2 MB. With it a demo is there at once, and its predictions are still computed, by the models that were trained then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows

FOLDER = Path(__file__).parent / "recordings"

Weights = Mapping[str, NDArray[Any]]
"""The parameters of a trained model, by name."""


@dataclass(frozen=True)
class RecordedRound:
    """What one round came to.

    Attributes:
        picked_rows: What the method picked, in its order, without the test samples.
        weights: Of the model trained on the labels of this round and all before.
    """

    picked_rows: Rows
    weights: Weights


def read_recording(name: str) -> list[RecordedRound]:
    """Return the recorded rounds of a demo, the first one first."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        columns = {key: file[key] for key in file.files}
    rounds = []
    for number in range(_count_rounds(columns)):
        prefix = f"{number}/weights/"
        weights = {key.removeprefix(prefix): values for key, values in columns.items() if key.startswith(prefix)}
        rounds.append(RecordedRound(columns[f"{number}/picked"].astype(np.int64), weights))
    return rounds


def write_recording(name: str, rounds: Sequence[RecordedRound]) -> None:
    """Write what `read_recording` returns."""
    columns: dict[str, NDArray[Any]] = {}
    for number, recorded in enumerate(rounds):
        # No demo has more than 65,535 samples.
        columns[f"{number}/picked"] = recorded.picked_rows.astype(np.uint16)
        for key, values in recorded.weights.items():
            columns[f"{number}/weights/{key}"] = values
    FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(FOLDER / f"{name}.npz", allow_pickle=False, **columns)


def read_embedding(name: str) -> NDArray[np.float32]:
    """Return what the bundled model made of the images of a demo, (N, D)."""
    embedding: NDArray[np.float16] = np.load(_embedding_file(name), allow_pickle=False)
    return embedding.astype(np.float32)


def write_embedding(name: str, embedding: NDArray[np.float32]) -> None:
    """Write what `read_embedding` returns, at half precision."""
    FOLDER.mkdir(exist_ok=True)
    np.save(_embedding_file(name), embedding.astype(np.float16), allow_pickle=False)


def read_map(name: str) -> NDArray[np.float32]:
    """Return where UMAP with seed 0 placed the images of a demo, (N, 2)."""
    points: NDArray[np.float32] = np.load(_map_file(name), allow_pickle=False)
    return points


def write_map(name: str, points: NDArray[np.float32]) -> None:
    """Write what `read_map` returns."""
    FOLDER.mkdir(exist_ok=True)
    np.save(_map_file(name), points, allow_pickle=False)


def _embedding_file(name: str) -> Path:
    return FOLDER / f"{name}.embedding.npy"


def _map_file(name: str) -> Path:
    return FOLDER / f"{name}.map.npy"


def _count_rounds(columns: Mapping[str, NDArray[Any]]) -> int:
    return sum(key.endswith("/picked") for key in columns)
