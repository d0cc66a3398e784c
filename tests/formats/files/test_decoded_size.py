from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.decoded_size import announced_to, check_decoded_size, check_ratio, max_decoded_bytes


def test_four_gigabytes_are_the_limit_unless_the_setting_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max_decoded_bytes({}) == 4_000_000_000
    monkeypatch.setenv("AL_CORE_MAX_DECODED_GB", "0.001")
    check_decoded_size(1_000_000, "a.csv")
    with pytest.raises(
        FileFormatError, match=r"a\.csv takes 0\.0 GB .* the limit is 0\.001 GB; split it, or set AL_CORE_MAX"
    ):
        check_decoded_size(1_000_001, "a.csv")


@pytest.mark.parametrize("text", ["", "much", "0", "-1", "nan", "inf"])
def test_a_limit_that_is_no_number_above_0_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="AL_CORE_MAX_DECODED_GB must be a number of gigabytes above 0"):
        max_decoded_bytes({"AL_CORE_MAX_DECODED_GB": text})


def test_sizes_are_announced_only_inside_the_block() -> None:
    announced: list[int] = []
    with announced_to(announced.append):
        check_decoded_size(7, "a.csv")
    check_decoded_size(8, "a.csv")
    assert announced == [7]


def test_a_file_may_unpack_to_64_megabytes_or_to_200_times_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(1_000_000))
    check_ratio(200_000_000, path)
    with pytest.raises(FileFormatError, match=r"a\.zip unpacks to 200,000,001 bytes or more"):
        check_ratio(200_000_001, path)
    path.write_bytes(b"x")
    check_ratio(2**26, path)
    with pytest.raises(FileFormatError, match=r"a\.zip unpacks to 67,108,865 bytes or more"):
        check_ratio(2**26 + 1, path)
