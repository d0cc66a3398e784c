import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats.exports.archive import zip_files


@pytest.mark.parametrize("name", ["../a.png", "/a.png", r"..\a.png", "C:a.png", ""])
def test_no_name_in_a_zip_leads_out_of_its_folder(name: str) -> None:
    with pytest.raises(InvalidInputError, match="leads out of its folder"):
        zip_files([(name, b"")])
