"""What Label Studio's and Labelbox's own code makes of exported files: one line for each prediction.

Arguments: the folder with their packages, and the two files. What only draws, calls their servers or makes examples up
is stood in for.
"""

import json
import sys
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import stubs

stubs.STUBBED.update({"cv2", "shapely", "pyproj", "pygeotile", "google", "lbox", "typeguard", "jsf", "jwt", "appdirs"})


def without_client(name: str, folder: Path) -> None:
    """Let the parts of a package be imported without its client for the network."""
    package = ModuleType(name)
    package.__path__ = [str(folder / name)]
    sys.modules[name] = package


def read_label_studio(archive: ZipFile) -> list[str]:
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface(archive.read("labeling-config.xml").decode())
    predictions = [found for task in json.loads(archive.read("tasks-001.json")) for found in task["predictions"]]
    return [
        str(interface.validate_prediction(found, return_errors=True) or sorted({r["type"] for r in found["result"]}))
        for found in predictions
    ]


def read_labelbox(archive: ZipFile) -> list[str]:
    from labelbox.data.serialization.ndjson.label import NDLabel

    lines = archive.read("pre-annotations-001.ndjson").splitlines()
    return [f"{type(NDLabel(annotations=json.loads(line)).annotations).__name__}" for line in lines]


if __name__ == "__main__":
    tools, label_studio, labelbox = map(Path, sys.argv[1:])
    sys.path.insert(0, str(tools))
    for package in ("label_studio_sdk", "labelbox"):
        without_client(package, tools)
    with ZipFile(label_studio) as tasks, ZipFile(labelbox) as rows:
        print(json.dumps([read_label_studio(tasks), read_labelbox(rows)]))
