"""Image files to embeddings: decodes any file and runs one of many models, both on all cores."""

from al_core.embedding.embed import BrokenImage, EmbeddedImage, embed
from al_core.embedding.images import decode, list_images
from al_core.embedding.load import BUILT_IN, load_model
from al_core.embedding.model import EmbeddingFunction, EmbeddingModel
from al_core.geometry.duplicates import find_duplicates

__all__ = [
    "BUILT_IN",
    "BrokenImage",
    "EmbeddedImage",
    "EmbeddingFunction",
    "EmbeddingModel",
    "decode",
    "embed",
    "find_duplicates",
    "list_images",
    "load_model",
]
