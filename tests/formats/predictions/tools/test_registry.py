from pathlib import Path

import pytest

from al_core.formats.predictions.tools.registry import TOOL_READERS

EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "predictions"


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_no_tool_takes_the_file_of_another(path: Path) -> None:
    head = path.read_bytes()[:4096]
    recognized = [reader.name for reader in TOOL_READERS if reader.recognizes(path, head)]
    name = path.name.partition(".")[0].partition("--")[0]
    assert recognized == ([name] if name in {reader.name for reader in TOOL_READERS} else [])
