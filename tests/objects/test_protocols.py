import sys

import pytest

from al_core.exceptions import InvalidInputError, WorkspaceError
from al_core.objects.objects import Objects


def test_an_address_without_its_package_says_how_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(WorkspaceError, match=r"s3://bucket needs the package s3fs, .*: pip install .al-core.s3"):
        Objects("s3://bucket")


def test_an_address_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="nothing://a is of a kind that cannot be reached here"):
        Objects("nothing://a")
