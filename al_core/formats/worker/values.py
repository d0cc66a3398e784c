"""What readers return, as JSON with the arrays beside it in files: no copy in memory, and nothing is unpickled."""

import os
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from al_core.formats.choices import Missing, ReadingChoices, Unannotated
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.join.finding import Finding, Severity
from al_core.formats.labels.labels import Labels
from al_core.formats.metadata.table import MetadataTable
from al_core.formats.metadata.text_column import TextColumn
from al_core.formats.prediction_files import PredictionFiles
from al_core.formats.predictions.box_layout import PixelBoxes
from al_core.formats.predictions.maps import Map, Maps
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.tables.meaning import ColumnMeaning, Meaning
from al_core.utils import (
    KeypointInstancePrediction,
    KeypointPrediction,
    ObjectDetectionBatch,
    ObjectDetectionOutput,
)

_RECORDS = {
    record.__name__: record
    for record in (
        ColumnMeaning,
        EmbeddingTable,
        Finding,
        Labels,
        MetadataTable,
        PixelBoxes,
        PredictionFiles,
        Predictions,
        ReadingChoices,
        ScoreTable,
        TextColumn,
    )
}
_PLAIN = (str, int, bool, type(None))

_MAPPED_BYTES = 2**20
"""Arrays of more than this are mapped from disk and not read."""

ReadMap = Callable[[int], Map]
ReadObjects = Callable[[int], list[ObjectMask]]


class Encoder:
    """Turns values into JSON and writes their arrays into a folder.

    Args:
        folder: Where the arrays go.

    Attributes:
        maps: The probability maps of the value; they stay here and are asked for one by one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._n_arrays = 0
        self.maps: Maps | None = None

    def encode(self, value: Any) -> Any:
        """Return a value as JSON: what is not plain is an object with one key, which says what it is."""
        for kind, encode in self._ENCODERS:
            if isinstance(value, kind):
                return encode(self, value)
        if type(value).__name__ in _RECORDS and is_dataclass(value):
            return {type(value).__name__: [self.encode(getattr(value, field.name)) for field in fields(value)]}
        raise TypeError(f"a reader returned {type(value).__name__}, which a worker cannot send")

    def _list(self, values: list[Any]) -> Any:
        if values and isinstance(values[0], KeypointPrediction):
            return {"keypoints": self.encode(_columns_of_keypoints(values))}
        # Filenames come by the million.
        is_plain = all(type(entry) in _PLAIN for entry in values)
        return values if is_plain else [self.encode(entry) for entry in values]

    def _mapping(self, mapping: dict[str, Any]) -> Any:
        return {"mapping": [[key, self.encode(entry)] for key, entry in mapping.items()]}

    def _maps(self, maps: Maps) -> Any:
        self.maps = maps
        return {"maps": [len(maps), maps.read_objects is not None]}

    def _array(self, array: NDArray[Any]) -> Any:
        # What a reader returns is often a plain view of a mapped array.
        source = array.base
        if isinstance(source, np.memmap) and _can_be_mapped_again(source) and array.shape == source.shape:
            order = "C" if source.flags.c_contiguous else "F"
            return {"mapped": [str(source.filename), source.offset, source.dtype.str, list(source.shape), order]}
        path = self._folder / f"{self._n_arrays}.npy"
        self._n_arrays += 1
        with path.open("wb") as file:
            np.lib.format.write_array(file, array, allow_pickle=False)
        return {"array": path.name}

    _ENCODERS: ClassVar[tuple[tuple[Any, Callable[["Encoder", Any], Any]], ...]] = (
        # Before the plain ones: these are texts too.
        (Meaning, lambda _, meaning: {"meaning": meaning.value}),
        (Missing, lambda _, missing: {"missing": missing.value}),
        (Unannotated, lambda _, unannotated: {"unannotated": unannotated.value}),
        (Severity, lambda _, severity: {"severity": severity.value}),
        (_PLAIN, lambda _, value: value),
        # JSON has no NaN.
        (float, lambda _, number: number if isfinite(number) else {"float": str(number)}),
        (list, _list),
        (tuple, lambda self, values: {"tuple": self.encode(list(values))}),
        (dict, _mapping),
        (Path, lambda _, path: {"path": str(path)}),
        (np.ndarray, _array),
        (Maps, _maps),
        (ObjectDetectionBatch, lambda self, batch: {"boxes": self.encode(_columns_of_boxes(batch))}),
    )


class Decoder:
    """Turns JSON of an `Encoder` back into values.

    Args:
        folder: Where the arrays are; it may be removed afterwards.
        read_map: Gives a probability map by its position.
        read_objects: Gives the masks that such a map was made of.

    Attributes:
        has_maps: Whether a value had probability maps, which are still to be read.
    """

    def __init__(self, folder: Path, read_map: ReadMap, read_objects: ReadObjects) -> None:
        self._folder = folder
        self._read_map = read_map
        self._read_objects = read_objects
        self.has_maps = False

    def decode(self, value: Any) -> Any:
        """Return the value."""
        if isinstance(value, list):
            is_plain = all(type(entry) in _PLAIN for entry in value)
            return value if is_plain else [self.decode(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        if kind in _RECORDS:
            return _RECORDS[kind](*map(self.decode, content))
        return self._DECODERS[kind](self, content)

    def _mapping(self, entries: list[list[Any]]) -> dict[str, Any]:
        return {key: self.decode(entry) for key, entry in entries}

    def _array(self, name: str) -> NDArray[Any]:
        path = self._folder / name
        # Windows removes no file that is mapped.
        is_mapped = path.stat().st_size > _MAPPED_BYTES and os.name != "nt"
        # Copy on write: an array of a reader may be changed.
        return np.asarray(np.load(path, mmap_mode="c" if is_mapped else None, allow_pickle=False))

    def _maps(self, content: tuple[int, bool]) -> Maps:
        n_images, has_objects = content
        self.has_maps = True
        return Maps(n_images, self._read_map, self._read_objects if has_objects else None)

    def _boxes(self, columns: Any) -> ObjectDetectionBatch:
        corners, objectness, scores, labels, probabilities, counts = self.decode(columns)
        if probabilities is None:
            return ObjectDetectionBatch(ObjectDetectionOutput.from_scores(corners, scores, labels), counts)
        return ObjectDetectionBatch(ObjectDetectionOutput(corners, objectness, probabilities), counts)

    def _keypoints(self, columns: Any) -> list[KeypointPrediction]:
        values, lengths, categories, scores, counts = self.decode(columns)
        parts = np.split(values, np.cumsum(lengths)[:-1]) if len(lengths) else []
        instances = [
            KeypointInstancePrediction(part.tolist(), category, score)
            for part, category, score in zip(parts, categories, scores.tolist(), strict=True)
        ]
        ends = np.cumsum(counts).tolist()
        return [
            KeypointPrediction(instances[end - count : end]) for end, count in zip(ends, counts.tolist(), strict=True)
        ]

    _DECODERS: ClassVar[dict[str, Callable[["Decoder", Any], Any]]] = {
        "meaning": lambda _, name: Meaning(name),
        "missing": lambda _, name: Missing(name),
        "unannotated": lambda _, name: Unannotated(name),
        "severity": lambda _, name: Severity(name),
        "path": lambda _, path: Path(path),
        "float": lambda _, text: float(text),
        "tuple": lambda self, entries: tuple(self.decode(entries)),
        "mapping": _mapping,
        "array": _array,
        "mapped": lambda _, place: _mapped(*place),
        "maps": _maps,
        "boxes": _boxes,
        "keypoints": _keypoints,
    }


def _mapped(path: str, offset: int, dtype: str, shape: list[int], order: Any) -> NDArray[Any]:
    return np.asarray(np.memmap(path, np.dtype(dtype), "r", offset, tuple(shape), order))


def _can_be_mapped_again(array: np.memmap[Any, Any]) -> bool:
    """Return whether an array is of the file that was read, and not of one that was unpacked for it and is gone."""
    return bool(array.filename) and Path(str(array.filename)).exists()


def _columns_of_boxes(batch: ObjectDetectionBatch) -> list[Any]:
    objects = batch.objects
    probabilities = None if objects.is_estimated else objects.class_probabilities
    return [
        objects.corners,
        objects.object_probabilities,
        objects.scores,
        objects.labels,
        probabilities,
        batch.n_boxes,
    ]


def _columns_of_keypoints(outputs: Sequence[KeypointPrediction]) -> list[Any]:
    instances = [instance for output in outputs for instance in output.keypoint_instance_predictions]
    return [
        np.array([value for instance in instances for value in instance.keypoints], np.float64),
        np.array([len(instance.keypoints) for instance in instances], np.int64),
        [instance.category_id for instance in instances],
        np.array([instance.score for instance in instances], np.float64),
        np.array([len(output.keypoint_instance_predictions) for output in outputs], np.int64),
    ]
