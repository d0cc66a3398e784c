import zipfile
from pathlib import Path

import pytest

from al_core.exceptions import NotFoundError
from al_core.wire.folder_body import opened


def test_a_file_is_sent_as_it_is_and_a_folder_as_a_zip(tmp_path: Path) -> None:
    (tmp_path / "labels" / "day").mkdir(parents=True)
    (tmp_path / "labels" / "day" / "a.txt").write_text("0 0.5 0.5 1 1")
    with opened(tmp_path / "labels" / "day" / "a.txt") as file:
        assert file.read() == b"0 0.5 0.5 1 1"
    with opened(tmp_path / "labels") as file, zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["day/a.txt"]
    with pytest.raises(NotFoundError, match="there is no file"), opened(tmp_path / "none"):
        pass
