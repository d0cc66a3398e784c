"""Files in and out: embeddings, predictions and lists of filenames in, selections out."""

from al_core.formats.annotations import Annotations
from al_core.formats.embedding_table import EmbeddingTable
from al_core.formats.export import ExportRows, Need, unmet, write_csv, write_json, write_txt
from al_core.formats.filenames import FILENAME_READERS, read_filenames
from al_core.formats.image_path import IMAGE_SUFFIXES, resolve_image
from al_core.formats.join_report import JoinReport, Policy, join_report
from al_core.formats.predictions import Predictions
from al_core.formats.reader import Reader
from al_core.formats.readers import EMBEDDING_READERS, PREDICTION_READERS, READERS, read_embeddings, read_predictions
from al_core.formats.score_table import ScoreTable, read_scores
from al_core.formats.writers import WRITERS, Writer, find_writer

__all__ = [
    "EMBEDDING_READERS",
    "FILENAME_READERS",
    "IMAGE_SUFFIXES",
    "PREDICTION_READERS",
    "READERS",
    "WRITERS",
    "Annotations",
    "EmbeddingTable",
    "ExportRows",
    "JoinReport",
    "Need",
    "Policy",
    "Predictions",
    "Reader",
    "ScoreTable",
    "Writer",
    "find_writer",
    "join_report",
    "read_embeddings",
    "read_filenames",
    "read_predictions",
    "read_scores",
    "resolve_image",
    "unmet",
    "write_csv",
    "write_json",
    "write_txt",
]
