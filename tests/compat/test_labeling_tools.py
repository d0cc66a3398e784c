"""Label Studio's and Labelbox's own code reads what is exported for them."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from al_core.formats import WRITERS, ExportRows
from al_core.formats.predictions.annotations import Annotations
from tests.compat.install import LABELING_TOOLS, client_folder, install
from tests.formats.exports.conftest import rows as rows  # noqa: PLC0414 - the fixture, for the tests below
from tests.formats.exports.samples import BOXES, CLASSES, MASKS, POINTS, SEVERAL

SCRIPT = Path(__file__).parent / "client" / "read_exports.py"


@pytest.mark.parametrize(
    ("annotations", "label_studio", "labelbox"),
    [
        (BOXES, ["['rectanglelabels']"] * 2, ["NDRectangle"] * 3),
        (POINTS, ["['keypointlabels']"], ["NDPoint"] * 3),
        (CLASSES, ["['choices']"] * 2, ["NDRadio"] * 2),
        (SEVERAL, ["['choices']"] * 2, ["NDChecklist"] * 2),
        (MASKS, ["['brushlabels']"] * 2, ["NDMask"] * 3),
    ],
    ids=["boxes", "keypoints", "classes", "several-classes", "masks"],
)
def test_every_pre_annotation_is_valid(
    rows: ExportRows, tmp_path: Path, annotations: Annotations, label_studio: list[str], labelbox: list[str]
) -> None:
    install(LABELING_TOOLS)
    files = []
    for name in ("label-studio", "labelbox"):
        files.append(tmp_path / f"{name}.zip")
        files[-1].write_bytes(WRITERS[name].write(replace(rows, annotations=annotations)))
    command: list[str | Path] = [sys.executable, "-W", "ignore", SCRIPT, client_folder(LABELING_TOOLS), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [label_studio, labelbox]
