"""Images and embeddings for the tutorials, as one of Lightly's datasets."""

from pathlib import Path
from typing import Any

import numpy as np
import stubs  # noqa: F401 - before lightly, which imports what it stands in for
from lightly.data import LightlyDataset
from PIL import Image


class Folder(LightlyDataset):  # type: ignore[misc] # lightly has no types
    """The images of a folder; the original reads them with torchvision."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder, self.names = folder, names

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[Image.Image, int, str]:
        return Image.open(self.folder / self.names[index]), 0, self.names[index]

    def get_filenames(self) -> list[str]:
        return self.names

    def get_filepath_from_filename(self, filename: str, image: Any = None) -> str:
        return str(self.folder / filename)


def make_images(folder: Path, names: list[str]) -> Folder:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (48, 32), (20 * number, 90, 160)).save(folder / name)
    return Folder(folder, names)


def write_embeddings(path: Path, names: list[str]) -> str:
    values = np.random.default_rng(len(names)).normal(size=(len(names), 4)).tolist()
    lines = ["filenames,embedding_0,embedding_1,embedding_2,embedding_3,labels"]
    lines += [",".join([name, *map(str, row), "0"]) for name, row in zip(names, values, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return str(path)
