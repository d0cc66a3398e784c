from pathlib import Path

import numpy as np
from PIL import Image

from al_core.formats.files.image_frames import ImageFrames, read_frames


def test_frames_are_read_from_headers_as_images_are_shown(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.new("RGB", (8, 6)).save(tmp_path / "a" / "1.png")
    turned = Image.new("RGB", (8, 6))
    turned.getexif()[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=turned.getexif())
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    names = ["a/1.png", "turned.jpg", "broken.jpg", "missing.jpg", "../outside.jpg"]
    frames = read_frames(tmp_path, names)
    assert frames.to_json() == [[8, 6, 1], [6, 8, 6], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert np.isnan(ImageFrames.of_json(frames.to_json()).sizes[2:]).all()
