"""The rules of docs/architecture.md that can be read off the source."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PURE = ("al_core/scorers/", "al_core/selection/", "al_core/geometry/", "al_core/projection/", "al_core/explore/")
HEAVY = {"numba", "umap", "sqlalchemy", "fastapi", "streamlit", "sklearn", "pandas", "pyarrow", "PIL"}
MAY_IMPORT_STREAMLIT = ("app.py", "ui/", "pages/", "tests/", "benchmarks/")


def tracked(pattern: str = "*") -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z", "--", pattern], cwd=ROOT, capture_output=True, check=True)
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def imported(source: str) -> set[str]:
    """Top-level names of every absolute import, also of those inside functions."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(str(node.module).split(".")[0])
    return names


def importers(module: str, files: list[str]) -> list[str]:
    return [name for name in files if module in imported((ROOT / name).read_text(encoding="utf-8"))]


def test_imports_inside_functions_are_seen() -> None:
    source = "import a.b as c\nfrom . import d\ndef f():\n    from e.f import g\n"
    assert imported(source) == {"a", "e"}


def test_only_the_dashboard_imports_streamlit() -> None:
    files = [name for name in tracked("*.py") if not name.startswith(MAY_IMPORT_STREAMLIT)]
    assert importers("streamlit", files) == []


@pytest.mark.parametrize("module", ["sqlalchemy", "fastapi", "requests", "streamlit"])
def test_the_pure_part_knows_no_database_network_or_dashboard(module: str) -> None:
    files = [name for name in tracked("*.py") if name.startswith(PURE)]
    assert files
    assert importers(module, files) == []


def test_import_al_core_loads_nothing_heavy() -> None:
    code = "import sys, al_core; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert HEAVY & set(loaded.stdout.split()) == set()


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    machine_path = re.compile(rb"(?<![\w./~-])/(?:home|Users|root)/[\w.-]+|" + re.escape(str(ROOT).encode()))
    # The pattern above is itself such a text.
    files = [name for name in tracked() if name != Path(__file__).relative_to(ROOT).as_posix()]
    assert [name for name in files if machine_path.search((ROOT / name).read_bytes())] == []
