"""Files of kilobytes that once took gigabytes are refused with a sentence."""

from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from tests.formats.bombs import BOMBS, Bomb
from tests.formats.test_fuzz import READ


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_is_refused_with_a_sentence(tmp_path: Path, bomb: Bomb) -> None:
    path = bomb.made_in(tmp_path)
    with pytest.raises(FileFormatError, match=bomb.reason) as refusal:
        READ[bomb.kind](path)
    assert str(refusal.value).startswith(path.name)
