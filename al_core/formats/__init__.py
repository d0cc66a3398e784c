"""Files in and out: embeddings, predictions and lists of filenames in, selections out."""

from al_core.formats.choices import Missing, ReadingChoices
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.exports.choices import ExportChoices
from al_core.formats.exports.lists import write_csv, write_json, write_txt
from al_core.formats.exports.needs import Need, unmet
from al_core.formats.exports.rows import ExportRows
from al_core.formats.exports.writers import WRITERS, Writer, find_writer
from al_core.formats.files.envelope import ENVELOPE_SUFFIXES
from al_core.formats.files.images import IMAGE_SUFFIXES, resolve_image
from al_core.formats.files.reader import Reader
from al_core.formats.join.finding import Finding, Severity
from al_core.formats.join.join import join_report
from al_core.formats.join.report import JoinReport, Policy
from al_core.formats.labels.annotation import Annotation
from al_core.formats.labels.labeled_filenames import read_labeled_filenames
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.readers import LABEL_READERS, read_labels
from al_core.formats.metadata.table import METADATA_READERS, MetadataTable, read_metadata
from al_core.formats.names.class_names import CLASS_NAME_READERS, CLASS_NAME_SUFFIXES, read_class_names
from al_core.formats.names.filenames import FILENAME_READERS, read_filenames
from al_core.formats.prediction_files import PredictionFiles, assign_roles, read_prediction_files, recognize
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import SCORE_READERS, ScoreTable, read_scores
from al_core.formats.readers import EMBEDDING_READERS, PREDICTION_READERS, READERS, read_embeddings, read_predictions

__all__ = [
    "CLASS_NAME_READERS",
    "CLASS_NAME_SUFFIXES",
    "EMBEDDING_READERS",
    "ENVELOPE_SUFFIXES",
    "FILENAME_READERS",
    "IMAGE_SUFFIXES",
    "LABEL_READERS",
    "METADATA_READERS",
    "PREDICTION_READERS",
    "READERS",
    "SCORE_READERS",
    "WRITERS",
    "Annotation",
    "Annotations",
    "EmbeddingTable",
    "ExportChoices",
    "ExportRows",
    "Finding",
    "JoinReport",
    "Labels",
    "MetadataTable",
    "Missing",
    "Need",
    "Policy",
    "PredictionFiles",
    "Predictions",
    "Reader",
    "ReadingChoices",
    "ScoreTable",
    "Severity",
    "Writer",
    "assign_roles",
    "find_writer",
    "join_report",
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
    "resolve_image",
    "unmet",
    "write_csv",
    "write_json",
    "write_txt",
]
