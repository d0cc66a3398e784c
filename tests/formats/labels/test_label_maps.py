from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, read_labels


def save(folder: Path, name: str, pixels: list[object], mode: str = "L") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.array(pixels, np.uint8))
    if mode == "P":
        image.putpalette([0, 0, 0, 255, 0, 0])
    image.save(path)
    return folder


def label_map(labels: Labels, row: int = 0) -> list[list[int]]:
    pixels = labels.annotation(row).label_map
    assert pixels is not None
    rows: list[list[int]] = pixels.tolist()
    return rows


def test_pixels_are_numbers_of_classes_and_255_is_none(tmp_path: Path) -> None:
    save(tmp_path / "m", "masks/day/a.png", [[0, 1], [255, 1]])
    (tmp_path / "m" / "classes.txt").write_text("road\nsky\nowl\n")
    labels = read_labels(tmp_path / "m")
    assert (labels.filenames, labels.class_names) == (["day/a.png"], ["road", "sky", "owl"])
    assert label_map(labels) == [[0, 1], [-1, 1]]
    assert (labels.task, labels.sizes.tolist()) == ("semantic-segmentation", [[2, 2]])


def test_without_names_classes_are_numbers(tmp_path: Path) -> None:
    save(tmp_path / "m", "a_mask.png", [[0, 2]])
    labels = read_labels(tmp_path / "m")
    assert (labels.filenames, labels.class_names) == (["a.png"], ["0", "1", "2"])


def test_a_palette_counts_by_its_numbers(tmp_path: Path) -> None:
    assert label_map(read_labels(save(tmp_path / "m", "SegmentationClass/a.png", [[1, 0]], "P"))) == [[1, 0]]


def test_colors_are_named_by_labelmap_txt(tmp_path: Path) -> None:
    folder = save(tmp_path / "m", "SegmentationClass/a.png", [[[250, 50, 83], [0, 0, 0], [224, 224, 192]]])
    save(folder, "SegmentationObject/a.png", [[[1, 2, 3]]])
    (folder / "labelmap.txt").write_text("# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:250,50,83::\n")
    labels = read_labels(folder)
    assert (labels.class_names, label_map(labels)) == (["background", "cat"], [[1, 0, -1]])
    save(folder, "SegmentationClass/a.png", [[[9, 9, 9]]])
    with pytest.raises(FileFormatError, match=r"has the color 9,9,9, which labelmap\.txt does not list"):
        read_labels(folder)


def test_photos_are_no_label_maps(tmp_path: Path) -> None:
    folder = save(tmp_path / "m", "a.png", [[[1, 2, 3]]])
    with pytest.raises(FileFormatError, match="is images without labels"):
        read_labels(folder)
    with pytest.raises(FileFormatError, match="is a color image; give the class of each color"):
        read_labels(folder, ReadingChoices(format="label-maps"))


def test_a_class_without_name_and_a_damaged_file_are_named(tmp_path: Path) -> None:
    folder = save(tmp_path / "m", "masks/a.png", [[5]])
    (folder / "classes.txt").write_text("road\n")
    with pytest.raises(FileFormatError, match=r"masks/a\.png: class 5, but the file names 1 class, from 0 on"):
        read_labels(folder)
    (folder / "masks" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(FileFormatError, match="cannot be read as an image"):
        read_labels(folder, ReadingChoices(format="label-maps"))
