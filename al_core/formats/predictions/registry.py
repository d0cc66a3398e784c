"""Every format of predictions that can be read. A new one takes one module and one line here."""

from typing import Any

from al_core.formats.files.arrow_table import is_arrow, is_parquet
from al_core.formats.files.hdf5_arrays import is_hdf5
from al_core.formats.files.npy import is_npy
from al_core.formats.files.reader import Reader, registry
from al_core.formats.predictions.box_arrays import read_box_arrays, recognizes_box_arrays
from al_core.formats.predictions.box_objects import read_box_objects, recognizes_box_objects
from al_core.formats.predictions.box_table import read_box_table, recognizes_box_table
from al_core.formats.predictions.boxes_arrow import read_box_lists, recognizes_box_lists
from al_core.formats.predictions.boxes_json import read_detection_json, recognizes_detection_json
from al_core.formats.predictions.classes_csv import read_classification_csv, recognizes_classification_csv
from al_core.formats.predictions.classes_json import read_classification_json, recognizes_classification_json
from al_core.formats.predictions.classes_npy import (
    read_classification_npy,
    read_classification_npz,
    recognizes_classification_npz,
)
from al_core.formats.predictions.classes_parquet import read_classification_parquet
from al_core.formats.predictions.classes_text import read_classification_text, recognizes_classification_text
from al_core.formats.predictions.coco import read_coco, recognizes_coco
from al_core.formats.predictions.hdf5 import read_predictions_hdf5
from al_core.formats.predictions.lightly_folder import read_lightly_folder, recognizes_lightly_folder
from al_core.formats.predictions.map_arrays import read_map_array, recognizes_map_array
from al_core.formats.predictions.maps import read_maps, recognizes_maps
from al_core.formats.predictions.prediction_strings import read_prediction_strings, recognizes_prediction_strings
from al_core.formats.predictions.tools.registry import TOOL_READERS
from al_core.formats.predictions.voc_folder import read_voc_folder, recognizes_voc_folder
from al_core.formats.predictions.yolo_folder import read_yolo_folder, recognizes_yolo_folder

_CSV = (".csv", ".tsv")
_TABLES = (*_CSV, ".parquet", ".arrow", ".feather", ".json", ".jsonl")

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
        "box-arrays",
        "NumPy archive of boxes",
        "Arrays boxes, scores, labels and filenames with one row per box; or boxes (M, K, 4) with one row per image",
        (".npz",),
        recognizes_box_arrays,
        read_box_arrays,
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
        "hdf5",
        "HDF5",
        "Probabilities or logits (samples, C), or boxes, scores and labels, with the filenames as texts, in any group",
        (".h5", ".hdf5"),
        is_hdf5,
        read_predictions_hdf5,
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
        (".zip", ".tar", ".tgz", ".gz", ".txt"),
        recognizes_yolo_folder,
        read_yolo_folder,
    ),
    *TOOL_READERS,
    Reader(
        "box-objects",
        "JSON objects",
        "A list of objects per image, in a record that names it, by filename or in a file each: class, confidence and "
        "box",
        (".json", ".jsonl", ".zip"),
        recognizes_box_objects,
        read_box_objects,
    ),
    Reader(
        "classification-json",
        "JSON probabilities",
        "Numbers of all classes per image, as a list or by class: records, values by filename, Hugging Face, pandas",
        (".jsonl", ".json", ".zip", ".tar", ".tgz", ".gz"),
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
        "box-lists",
        "Lists of boxes",
        "Parquet or Arrow with one row per image: filename, and lists boxes, scores and labels, as data sets have them",
        (".parquet", ".arrow", ".feather"),
        recognizes_box_lists,
        read_box_lists,
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
        "text-matrix",
        "Text of numbers",
        "One row of class probabilities per sample without a header, as np.savetxt writes it",
        (".txt",),
        recognizes_classification_text,
        read_classification_text,
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
