from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.formats import ExportRows
from tests.formats.exports.samples import BOXES, NAMES, SIZES


@pytest.fixture
def rows(tmp_path: Path) -> ExportRows:
    """Three images, the best first, with boxes."""
    for name, size in zip(NAMES, SIZES, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", size).save(tmp_path / name)
    return ExportRows(
        NAMES, np.array([0.9, 0.5, np.nan]), metadata={"tag": "picked"}, annotations=BOXES, images_dir=tmp_path
    )
