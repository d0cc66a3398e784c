from pathlib import Path

import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import WRITERS, ExportRows
from al_core.formats.exports.images import MAX_IMAGES
from tests.formats.exports.samples import NAMES, unzipped


def test_images_come_as_they_are_in_rank_order(rows: ExportRows, tmp_path: Path) -> None:
    files = unzipped(WRITERS["images"].write(rows))
    assert files == {name: (tmp_path / name).read_bytes() for name in NAMES}
    assert list(files) == NAMES


def test_too_many_images_are_refused_with_another_way(rows: ExportRows) -> None:
    many = ExportRows([f"{row}.png" for row in range(MAX_IMAGES + 1)], images_dir=rows.images_dir)
    with pytest.raises(InvalidInputError, match=r"up to 1,000 images.*exports.copy_images"):
        WRITERS["images"].write(many)


def test_no_image_outside_its_folder_is_exported(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="leads out of the images folder"):
        WRITERS["images"].write(ExportRows(["../secret.png"], images_dir=tmp_path))
