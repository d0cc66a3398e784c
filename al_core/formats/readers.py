"""Every file format that can be read. A new format takes one module and one line here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.embeddings.arrow import read_embeddings_arrow
from al_core.formats.embeddings.clip_retrieval import read_clip_retrieval, recognizes_clip_retrieval
from al_core.formats.embeddings.hdf5 import is_hdf5, read_embeddings_hdf5
from al_core.formats.embeddings.json_records import read_embeddings_json, recognizes_embeddings_json
from al_core.formats.embeddings.lightly_csv import read_embeddings_csv, recognizes_embeddings_csv
from al_core.formats.embeddings.npy import read_embeddings_npy, read_embeddings_npz
from al_core.formats.embeddings.safetensors import is_safetensors, read_embeddings_safetensors
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.embeddings.text_matrix import read_text_matrix, recognizes_text_matrix
from al_core.formats.embeddings.vector_files import read_vector_files, recognizes_vector_files
from al_core.formats.files.arrow_table import is_arrow, is_parquet
from al_core.formats.files.envelope import reads_envelopes
from al_core.formats.files.image_frames import read_frames
from al_core.formats.files.npy import is_npy
from al_core.formats.files.npz import is_npz
from al_core.formats.files.progress import reading_reported
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.labels.readers import LABEL_READERS
from al_core.formats.metadata.table import METADATA_READERS
from al_core.formats.names.class_names import CLASS_NAME_READERS
from al_core.formats.names.filenames import FILENAME_READERS
from al_core.formats.predictions.box_table import read_box_table, recognizes_box_table
from al_core.formats.predictions.boxes_json import read_detection_json, recognizes_detection_json
from al_core.formats.predictions.classes_csv import read_classification_csv, recognizes_classification_csv
from al_core.formats.predictions.classes_json import read_classification_json, recognizes_classification_json
from al_core.formats.predictions.classes_npy import (
    read_classification_npy,
    read_classification_npz,
    recognizes_classification_npz,
)
from al_core.formats.predictions.classes_parquet import read_classification_parquet
from al_core.formats.predictions.coco import read_coco, recognizes_coco
from al_core.formats.predictions.lightly_folder import read_lightly_folder, recognizes_lightly_folder
from al_core.formats.predictions.map_arrays import read_map_array, recognizes_map_array
from al_core.formats.predictions.maps import read_maps, recognizes_maps
from al_core.formats.predictions.placing import needs_frames, place_boxes
from al_core.formats.predictions.prediction_strings import read_prediction_strings, recognizes_prediction_strings
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scale import on_probability_scale
from al_core.formats.predictions.scores import SCORE_READERS, ScoreTable
from al_core.formats.predictions.tools.registry import TOOL_READERS
from al_core.formats.predictions.voc_folder import read_voc_folder, recognizes_voc_folder
from al_core.formats.predictions.yolo_folder import read_yolo_folder, recognizes_yolo_folder
from al_core.types import Progress

_CSV = (".csv", ".tsv")
_TABLES = (*_CSV, ".parquet", ".arrow", ".feather", ".json", ".jsonl")

EMBEDDING_READERS: dict[str, Reader[EmbeddingTable]] = registry(
    Reader(
        "npy",
        "NumPy array",
        "(samples, D) floats; the filenames come from a second file",
        (".npy",),
        is_npy,
        read_embeddings_npy,
    ),
    Reader(
        "npz",
        "NumPy archive",
        "A matrix of embeddings and the filenames as texts, under any name; or a vector per image by its filename",
        (".npz",),
        is_npz,
        read_embeddings_npz,
    ),
    Reader(
        "safetensors",
        "Safetensors",
        "A matrix (samples, D), whose filenames come from a second file, or a vector per image by its filename",
        (".safetensors",),
        is_safetensors,
        read_embeddings_safetensors,
    ),
    Reader(
        "clip-retrieval",
        "clip-retrieval folder",
        "img_emb/*.npy and metadata/*.parquet; a folder, zip or tar",
        (".zip", ".tar", ".tgz", ".gz"),
        recognizes_clip_retrieval,
        read_clip_retrieval,
    ),
    Reader(
        "vector-files",
        "Vector files",
        "One .npy file with a vector per image; a folder or tar",
        (".tar", ".tgz", ".gz"),
        recognizes_vector_files,
        read_vector_files,
    ),
    Reader(
        "parquet",
        "Parquet",
        "A column filename and one column of vectors, or columns embedding_0, embedding_1, …",
        (".parquet",),
        is_parquet,
        read_embeddings_arrow,
    ),
    Reader(
        "arrow",
        "Arrow",
        "Feather or Arrow stream, with the columns of Parquet",
        (".arrow", ".feather"),
        is_arrow,
        read_embeddings_arrow,
    ),
    Reader(
        "hdf5",
        "HDF5",
        "A matrix of floats (samples, D) and the filenames as texts, in any group",
        (".h5", ".hdf5"),
        is_hdf5,
        read_embeddings_hdf5,
    ),
    Reader(
        "json",
        "JSON embeddings",
        "One record per image: filename or filepath, and embedding; also FiftyOne's samples.json",
        (".json", ".jsonl"),
        recognizes_embeddings_json,
        read_embeddings_json,
    ),
    Reader(
        "csv",
        "CSV",
        "Lightly's filenames, embedding_0, embedding_1, …, labels; or any column of filenames and numbered columns",
        _CSV,
        recognizes_embeddings_csv,
        read_embeddings_csv,
    ),
    Reader(
        "text-matrix",
        "Text of numbers",
        "One row per sample without a header: tensors.tsv of TensorFlow's projector with metadata.tsv, or np.savetxt",
        (".txt",),
        recognizes_text_matrix,
        read_text_matrix,
    ),
)

PREDICTION_READERS: dict[str, Reader[Any]] = registry(
    Reader(
        "map-array",
        "Probability map array",
        "One array M × H × W × C for all images, .npy, or .npz with filenames and class_names",
        (".npy", ".npz"),
        recognizes_map_array,
        read_map_array,
        takes_choices=True,
    ),
    Reader(
        "npy",
        "NumPy array",
        "(samples, classes) probabilities in the order of the query set",
        (".npy",),
        is_npy,
        read_classification_npy,
    ),
    Reader(
        "npz",
        "NumPy archive",
        "Arrays probabilities, filenames and class_names",
        (".npz",),
        recognizes_classification_npz,
        read_classification_npz,
    ),
    Reader(
        "lightly",
        "Lightly prediction folder",
        "schema.json and one JSON file per image, any task; a folder, zip or tar",
        (".zip", ".tar", ".tgz", ".gz"),
        recognizes_lightly_folder,
        read_lightly_folder,
    ),
    Reader(
        "voc",
        "Pascal VOC XML",
        "One XML file per image whose objects have a score; a folder, zip or tar",
        (".zip", ".tar", ".tgz", ".gz"),
        recognizes_voc_folder,
        read_voc_folder,
    ),
    Reader(
        "maps",
        "Probability maps",
        "One H × W × C map per image: an .npz file, or a folder, zip or tar of .npy files",
        (".zip", ".tar", ".tgz", ".gz", ".npz"),
        recognizes_maps,
        read_maps,
        takes_choices=True,
    ),
    Reader(
        "yolo",
        "YOLO text",
        "One text file per image, written with save_txt and save_conf, for any task; a folder, zip or tar",
        (".zip", ".tar", ".tgz", ".gz"),
        recognizes_yolo_folder,
        read_yolo_folder,
    ),
    *TOOL_READERS,
    Reader(
        "classification-json",
        "JSON probabilities",
        "Numbers of all classes per image, as a list or by class: records, values by filename, Hugging Face, pandas",
        (".jsonl", ".json"),
        recognizes_classification_json,
        read_classification_json,
        takes_choices=True,
    ),
    Reader(
        "coco",
        "COCO results",
        "One entry per object: image_id, category_id, score and bbox, segmentation or keypoints",
        (".json",),
        recognizes_coco,
        read_coco,
        takes_choices=True,
        companion="The annotation file with images (names and sizes) and categories",
    ),
    Reader(
        "detection-table",
        "Table of boxes",
        "One row per box: filename, class, confidence and xmin, ymin, xmax, ymax, under any usual names",
        _TABLES,
        recognizes_box_table,
        read_box_table,
        takes_choices=True,
    ),
    Reader(
        "prediction-strings",
        "Kaggle prediction strings",
        "One row per image: image_id and PredictionString, which has class, confidence and corners of each box",
        _CSV,
        recognizes_prediction_strings,
        read_prediction_strings,
    ),
    Reader(
        "parquet",
        "Parquet",
        "A column filename and one column of probabilities per class, or one column of lists",
        (".parquet",),
        is_parquet,
        read_classification_parquet,
        takes_choices=True,
    ),
    Reader(
        "arrow",
        "Arrow",
        "Feather or Arrow stream, with the columns of Parquet",
        (".arrow", ".feather"),
        is_arrow,
        read_classification_parquet,
        takes_choices=True,
    ),
    Reader(
        "detection-json",
        "JSON boxes",
        "One record per image: filename, boxes and scores and labels, or object_probabilities and class_probabilities",
        (".jsonl", ".json"),
        recognizes_detection_json,
        read_detection_json,
    ),
    Reader(
        "csv",
        "CSV",
        "A column filename and one column of probabilities per class",
        _CSV,
        recognizes_classification_csv,
        read_classification_csv,
        takes_choices=True,
    ),
)

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
    table = choose(path, EMBEDDING_READERS, format=format).read(path)
    table = table.with_filenames(filenames, path.name)
    table.check(path.name)
    return table


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
    reader = choose(path, PREDICTION_READERS, format=choices.format)
    if images is not None and not reader.companion:
        raise InvalidInputError(f"{path.name} is read as {reader.label}, which takes no second file; leave it out")
    files = [path] if images is None else [path, images]
    named = {"choices": choices} if reader.takes_choices else {}
    with reading_reported(progress):
        contents: Predictions | ScoreTable = reader.read(*files, **named)
        if isinstance(contents, ScoreTable):
            return contents
        predictions = on_probability_scale(replace(contents, missing=choices.missing), choices)
        if choices.images_dir and predictions.filenames and needs_frames(predictions):
            predictions = place_boxes(predictions, read_frames(choices.images_dir, predictions.filenames))
    predictions = predictions.with_class_names(class_names, path.name)
    predictions.check(path.name)
    return predictions
