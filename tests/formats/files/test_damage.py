import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.damage import file_damage_explained


def test_an_error_of_a_library_names_the_file_and_what_to_do() -> None:
    with (
        pytest.raises(FileFormatError, match=r"^a\.zip is a damaged archive \(no end\); pack it again$") as caught,
        file_damage_explained("a.zip", "archive", (EOFError,), "pack it again"),
    ):
        raise EOFError("no end")
    assert isinstance(caught.value.__cause__, EOFError)


def test_an_error_that_already_names_the_file_stays() -> None:
    error = FileFormatError("a.zip holds too many files")
    with pytest.raises(FileFormatError) as caught, file_damage_explained("a.zip", "archive", (Exception,)):
        raise error
    assert caught.value is error


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), file_damage_explained("a.zip", "archive", (EOFError,)):
        raise KeyError("a bug")
