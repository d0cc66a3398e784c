"""The readers of `al_core.formats`, run in a process of limited memory and time: for files that strangers send."""

from al_core.formats.worker.reading import (
    read_class_names,
    read_embeddings,
    read_filenames,
    read_labeled_filenames,
    read_labels,
    read_metadata,
    read_prediction_files,
    read_predictions,
    read_scores,
    recognize,
)

__all__ = [
    "read_class_names",
    "read_embeddings",
    "read_filenames",
    "read_labeled_filenames",
    "read_labels",
    "read_metadata",
    "read_prediction_files",
    "read_predictions",
    "read_scores",
    "recognize",
]
