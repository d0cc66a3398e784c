import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[0-9][\w.]*)(?P<marker>\s*;[^#]*)?\s+# \S.+")


def pin_lines(file: Path) -> list[str]:
    lines = [line.strip() for line in file.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


def pins(*files: Path) -> dict[str, str]:
    matches = [PIN.fullmatch(line) for file in files for line in pin_lines(file)]
    return {match["name"].lower(): match["version"] for match in matches if match}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    # The app reads Excel workbooks too; a script may leave that out.
    return [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["xlsx"])]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_requirement_is_pinned_and_says_why_it_is_there(file: Path) -> None:
    assert pin_lines(file)
    assert [line for line in pin_lines(file) if not PIN.fullmatch(line)] == []


def test_the_pinned_versions_lie_in_the_ranges_of_the_package() -> None:
    pinned = pins(*FILES)
    outside = [str(need) for need in declared() if not need.specifier.contains(pinned.get(need.name.lower(), ""))]
    assert outside == []


def test_what_the_package_needs_is_what_the_app_installs() -> None:
    assert {need.name.lower() for need in declared()} == set(pins(ROOT / "requirements.txt"))
