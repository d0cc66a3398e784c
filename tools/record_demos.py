"""Runs the demos and writes `al_core/demos/recordings`: `python -m tools.record_demos [NAME …]`."""

import sys
import tempfile
from pathlib import Path

from al_core import workflow
from al_core.demos import composed_scenes, scenes
from al_core.demos.demo import Demo
from al_core.demos.digits import Digits
from al_core.demos.recording import FOLDER, write_embedding, write_map, write_recording
from al_core.demos.scene_demo import EMBEDDED, FILENAMES, SceneDemo
from al_core.store import Dataset, Kind, Workspace

DEMOS: tuple[Demo, ...] = (Digits(), *(demo() for demo in scenes.DEMOS.values()))


def main() -> None:
    """Record the demos that are named, or all."""
    chosen = [demo for demo in DEMOS if not sys.argv[1:] or demo.name in sys.argv[1:]]
    if any(isinstance(demo, SceneDemo) for demo in chosen):
        record_embedding()
    for demo in chosen:
        with tempfile.TemporaryDirectory() as home, Workspace(Path(home)) as workspace:
            write_recording(demo.name, list(demo.record(workspace)))
            record_map(demo, workspace.dataset(demo.name))
        print(f"{demo.name}: {(FOLDER / f'{demo.name}.npz').stat().st_size:,} bytes")


def record_embedding() -> None:
    """Embed the composed scenes with the bundled model."""
    with tempfile.TemporaryDirectory() as home, Workspace(Path(home)) as workspace:
        folder = Path(home) / "images"
        composed_scenes.write_images(folder, FILENAMES, composed_scenes.draw().pictures)
        dataset = workflow.dataset_from_images(workspace, folder, EMBEDDED).dataset
        [embedding] = dataset.arrays.all(Kind.EMBEDDING)
        write_embedding(EMBEDDED, dataset.arrays.read(embedding))


def record_map(demo: Demo, dataset: Dataset) -> None:
    """Lay out the map of the embedding of a demo; demos on the same images have the same map."""
    [embedding] = dataset.arrays.all(Kind.EMBEDDING)
    write_map(demo.embedded, workflow.project(dataset, embedding.name, "UMAP"))


if __name__ == "__main__":
    main()
