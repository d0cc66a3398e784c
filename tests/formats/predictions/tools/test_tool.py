from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import recognize
from al_core.formats.predictions.tools.registry import TOOLS
from tests.formats.predictions.tools.objects import saved


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_file_of_something_else_is_refused_with_what_was_expected(tmp_path: Path, tool: object) -> None:
    path = saved(tmp_path / "p.json", [{"flavor": 1}])
    with pytest.raises(
        FileFormatError, match=r"record 0 counting from 0: expected an? .*, found an object with 'flavor'"
    ):
        tool.read(path)  # type: ignore[attr-defined]  # parametrize knows no types


def test_a_tool_is_recognized_although_its_first_images_have_no_objects(tmp_path: Path) -> None:
    objects = [{"score": 0.5, "label": "cat", "box": {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1}}]
    names = [f"{'image' * 20}_{number}.jpg" for number in range(100)]
    content = {name: objects if name == names[-1] else [] for name in names}
    assert recognize(saved(tmp_path / "p.json", content)) == "hugging-face"
