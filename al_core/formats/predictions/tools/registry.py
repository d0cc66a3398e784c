"""The tools whose JSON is read, each with its own idea of an object. A new one takes one module and one line here."""

from typing import Any

from al_core.formats.files.reader import Reader
from al_core.formats.predictions.tools.azure import AZURE
from al_core.formats.predictions.tools.bdd100k import BDD100K
from al_core.formats.predictions.tools.createml import CREATEML
from al_core.formats.predictions.tools.fiftyone import FIFTYONE
from al_core.formats.predictions.tools.hugging_face import HUGGING_FACE
from al_core.formats.predictions.tools.label_studio import LABEL_STUDIO
from al_core.formats.predictions.tools.megadetector import MEGADETECTOR
from al_core.formats.predictions.tools.mmdetection import MMDETECTION
from al_core.formats.predictions.tools.mmpose import MMPOSE
from al_core.formats.predictions.tools.openpose import OPENPOSE
from al_core.formats.predictions.tools.roboflow import ROBOFLOW
from al_core.formats.predictions.tools.tensorflow import TENSORFLOW
from al_core.formats.predictions.tools.torchvision import TORCHVISION
from al_core.formats.predictions.tools.ultralytics import readers as ultralytics_readers

TOOLS = (
    HUGGING_FACE,
    LABEL_STUDIO,
    ROBOFLOW,
    MMDETECTION,
    MMPOSE,
    CREATEML,
    AZURE,
    BDD100K,
    OPENPOSE,
    TORCHVISION,
    TENSORFLOW,
)

TOOL_READERS: tuple[Reader[Any], ...] = (
    FIFTYONE,
    MEGADETECTOR,
    *ultralytics_readers(),
    *(tool.reader for tool in TOOLS),
)
"""Their entries in the registry of prediction readers, in the order in which they are tried."""
