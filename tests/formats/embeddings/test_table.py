from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


def test_npz_with_too_few_filenames_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", embeddings=np.eye(3), filenames=np.array(["a", "b"]))
    with pytest.raises(FileFormatError, match="expected one text per row, found <U1 of shape"):
        read_embeddings(tmp_path / "e.npz")


def test_npz_with_a_repeated_filename_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", embeddings=np.eye(3), filenames=np.array(["a", "b", "a"]))
    with pytest.raises(FileFormatError, match=r"'a' occurs 2 times \(rows 0 and 2"):
        read_embeddings(tmp_path / "e.npz")
