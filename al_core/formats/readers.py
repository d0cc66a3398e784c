"""Reading embeddings and predictions, and every file format that can be read."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.embeddings.registry import EMBEDDING_READERS
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.companions import companion_of
from al_core.formats.files.content import is_image_start
from al_core.formats.files.envelope import reads_envelopes, unwrapped
from al_core.formats.files.image_frames import read_frames
from al_core.formats.files.json_keys import json_beginnings
from al_core.formats.files.packed_tables import packed_array_or_tables, packed_tables
from al_core.formats.files.progress import reading_reported
from al_core.formats.files.reader import Reader, choose
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import tree_names
from al_core.formats.labels.readers import LABEL_READERS
from al_core.formats.metadata.table import METADATA_READERS
from al_core.formats.names.class_names import CLASS_NAME_READERS
from al_core.formats.names.filenames import FILENAME_READERS
from al_core.formats.predictions.classes_npy import holds_class_numbers
from al_core.formats.predictions.placing import needs_frames, place_boxes
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.registry import PREDICTION_READERS
from al_core.formats.predictions.scale import on_probability_scale
from al_core.formats.predictions.scores import SCORE_READERS, ScoreTable
from al_core.types import Progress

__all__ = ["EMBEDDING_READERS", "PREDICTION_READERS", "READERS", "read_contents", "read_embeddings", "read_predictions"]

READERS: dict[str, dict[str, Reader[Any]]] = {
    "embeddings": EMBEDDING_READERS,
    "predictions": PREDICTION_READERS,
    "labels": LABEL_READERS,
    "scores": SCORE_READERS,
    "metadata": METADATA_READERS,
    "filenames": FILENAME_READERS,
    "class-names": CLASS_NAME_READERS,
}


@reads_envelopes
def read_embeddings(path: Path, *, filenames: Sequence[str] | None = None, format: str | None = None) -> EmbeddingTable:
    """Return the embeddings of a file.

    Args:
        path: A file of one of the formats in `EMBEDDING_READERS`.
        filenames: One per row, for a file that has none of its own.
        format: One of `EMBEDDING_READERS`; by default detected from the content, then the suffix.

    Returns:
        The table; its values are finite and its filenames, if it has any, occur once each.

    Raises:
        FileFormatError: If the file is of another format, damaged, or holds a value that is not an embedding; it names
            the file, the line or row, and what to do.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    table = choose(path, EMBEDDING_READERS, format=format, belongs=packed_array_or_tables).read(path)
    table = table.with_filenames(filenames, path.name)
    table.check(path.name)
    return table


def what_else(path: Path, head: bytes) -> str | None:
    """Return what a file that holds no predictions is and where to add it, as it goes on after "x is", or None."""
    if is_image_start(head):
        return "a picture and holds no predictions; add images on the Datasets page"
    if _packs_results(path, head):
        return "an archive of COCO results and other files; unpack it, and drop the results with their annotation file"
    companion = companion_of(path, head, "predictions")
    if companion:
        return companion
    labels = _recognized(path, head, LABEL_READERS)
    if labels:
        beside = ", or together with the results that it describes" if labels.name == "coco" else ""
        return f"read as labels ({labels.label}) and holds no predictions; add it as labels{beside}"
    return _arrays_or_tables(path, head)


def _arrays_or_tables(path: Path, head: bytes) -> str | None:
    if holds_class_numbers(path, head):
        return (
            "an archive with one whole number per image, as class numbers are, and holds no predictions; save the "
            "probabilities of all classes, (samples, classes) floats"
        )
    embeddings = _recognized(path, head, EMBEDDING_READERS)
    # A text of numbers may be anything.
    if embeddings and embeddings.name != "text-matrix":
        return f"read as embeddings ({embeddings.label}) and holds no predictions; add it on the Datasets page"
    return packed_tables(path, head)


def _packs_results(path: Path, head: bytes) -> bool:
    """Return whether an archive has a list of COCO results, which an annotation file beside it describes."""
    if path.is_dir() or not tree_names(path, head):
        return False
    starts = [content.removeprefix(BOM).lstrip() for content in json_beginnings(path)]
    return any(start.startswith(b"[") and b'"category_id"' in start and b'"image_id"' in start for start in starts)


def _recognized(path: Path, head: bytes, readers: Mapping[str, Reader[Any]]) -> Reader[Any] | None:
    return next((reader for reader in readers.values() if reader.recognizes(path, head)), None)


def read_predictions(  # noqa: PLR0913 - `format` is older than the choices, and public
    path: Path,
    choices: ReadingChoices = BY_CONTENT,
    *,
    filenames: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    images: Path | None = None,
    format: str | None = None,
    progress: Progress | None = None,
) -> Predictions:
    """Return the predictions of a file.

    Args:
        path: A file of one of the formats in `PREDICTION_READERS`.
        choices: How to read it; by default everything is decided by what it holds.
        filenames: The query set, for a file that has no filenames of its own.
        class_names: Picks and orders the classes of a file that names them, and names those of one that does not.
        images: A second file that describes the images, for formats that have a `companion`.
        format: In place of `choices.format`.
        progress: Called with (percent, 100); it may raise to stop.

    Returns:
        The predictions as the file holds them; `join_report` says which rows are unknown, repeated or unusable.

    Raises:
        FileFormatError: If the file is of another format or damaged, or holds scores and no predictions; it names the
            file, the line or row, and what to do.
        NotFoundError: If there is no such file.
    """
    choices = replace(choices, format=format) if format else choices
    contents = read_contents(Path(path), choices, images=images, class_names=class_names, progress=progress)
    if not isinstance(contents, Predictions):
        reasons = " ".join(finding.sentence() for finding in contents.findings)
        advice = " The scores it allows come from read_prediction_files." if contents.scores else ""
        raise FileFormatError(f"{Path(path).name} has no probabilities of all classes. {reasons}{advice}")
    predictions = contents.with_filenames(filenames, Path(path).name)
    predictions.check(Path(path).name)
    return predictions


@reads_envelopes
def read_contents(
    path: Path,
    choices: ReadingChoices = BY_CONTENT,
    *,
    images: Path | None = None,
    class_names: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Predictions | ScoreTable:
    """Return what a file of predictions holds: those, or scores where it has no more.

    The arguments and errors are those of `read_predictions`.
    """
    reader = choose(path, PREDICTION_READERS, format=choices.format, belongs=what_else)
    if images is not None and not reader.companion:
        raise InvalidInputError(f"{path.name} is read as {reader.label}, which takes no second file; leave it out")
    named = {"choices": choices} if reader.takes_choices else {}
    with reading_reported(progress), ExitStack() as stack:
        # The annotation file may be packed as well.
        files = [path] if images is None else [path, stack.enter_context(unwrapped(images, names_errors=False))]
        contents: Predictions | ScoreTable = reader.read(*files, **named)
        if isinstance(contents, ScoreTable):
            return contents
        predictions = on_probability_scale(replace(contents, missing=choices.missing), choices)
        if choices.images_dir and predictions.filenames and needs_frames(predictions):
            predictions = place_boxes(predictions, read_frames(choices.images_dir, predictions.filenames))
    predictions = predictions.with_class_names(class_names, path.name)
    predictions.check(path.name)
    return predictions
