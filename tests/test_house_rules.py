"""The rules of docs/architecture.md that can be read off the source."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PURE = ("al_core/scorers/", "al_core/selection/", "al_core/geometry/", "al_core/projection/", "al_core/explore/")
HEAVY = {"numba", "umap", "sqlalchemy", "fastapi", "streamlit", "sklearn", "pandas", "pyarrow", "PIL"}
MAY_IMPORT_STREAMLIT = ("app.py", "ui/", "pages/", "tests/", "benchmarks/")


FLOORS = (
    "al_core.exceptions al_core.types al_core.text",
    "al_core.geometry al_core.config al_core.utils al_core.jobs",
    "al_core.projection al_core.explore al_core.scorers al_core.selection",
    "al_core.evaluation",
    "al_core.formats",
    "al_core.store",
    "al_core.embedding al_core.agents al_core.cluster",
    "al_core.steps",
    "al_core.workflow al_core.wire",
    "al_core.remote al_core.api al_core.demos",
    "al_core.commands ui",
    "pages",
    "app",
)
"""The rooms from the ground up. A room imports from the floors below it, never from its own floor or from above."""

FLOORS_OF_FORMATS = (
    "files",
    "join names",
    "embeddings predictions metadata labels",
    "exports",
    "readers",
    "prediction_files",
    "worker",
)
"""The same inside `al_core.formats`."""

MIRRORED = ("al_core/formats", "al_core/store")
"""Rooms whose every module has a test file at the same place under tests/."""


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


def module_name(path: str) -> str:
    """Return the name by which Python imports a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def import_graph() -> dict[str, set[str]]:
    """Return the modules of the repository that each of them imports, inside functions too."""
    # The package itself is left out: it offers names to users, and inside only its version is read.
    files = {module_name(name): name for name in tracked("*.py")}
    return {
        module: imported_modules((ROOT / name).read_text(encoding="utf-8"), set(files)) - {module, "al_core"}
        for module, name in files.items()
        if name.startswith(("al_core/", "ui/", "pages/", "app.py"))
    }


def imported_modules(source: str, modules: set[str]) -> set[str]:
    """Return which of the modules a source imports; `from a import b` is the module a.b if there is one."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= (inner & modules) or {str(node.module)}
    return names & modules


def floor_of(module: str, floors: tuple[str, ...], parent: str = "") -> tuple[int, str] | None:
    """Return the floor and the room of a module, or None if it has none."""
    for number, rooms in enumerate(floors):
        for room in rooms.split():
            if f"{module}.".startswith(f"{parent}{room}."):
                return number, parent + room
    return None


def upward_imports(floors: tuple[str, ...], parent: str = "") -> set[tuple[str, str]]:
    """Return (module, room) for each import of another room that is not on a lower floor."""
    upward = set()
    for module, targets in import_graph().items():
        place = floor_of(module, floors, parent)
        for target in targets if place else ():
            other = floor_of(target, floors, parent)
            if place and other and other[1] != place[1] and other[0] >= place[0]:
                upward.add((module, other[1]))
    return upward


def circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """Return the groups of modules that reach each other by their imports."""
    reachable = {module: _reachable(graph, module) for module in graph}
    groups = (frozenset(other for other in reachable[module] if module in reachable.get(other, ())) for module in graph)
    return {group for group in groups if group}


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - reached
        reached |= new
        waiting.extend(new)
    return reached


def importers(module: str, files: list[str]) -> list[str]:
    return [name for name in files if module in imported((ROOT / name).read_text(encoding="utf-8"))]


def test_imports_inside_functions_are_seen() -> None:
    source = "import a.b as c\nfrom . import d\ndef f():\n    from e.f import g\n"
    assert imported(source) == {"a", "e"}


def test_only_the_dashboard_imports_streamlit() -> None:
    files = [name for name in tracked("*.py") if not name.startswith(MAY_IMPORT_STREAMLIT)]
    assert importers("streamlit", files) == []


@pytest.mark.parametrize("module", ["sqlalchemy", "fastapi", "requests", "streamlit"])
def test_the_pure_part_imports_no_database_network_or_dashboard(module: str) -> None:
    files = [name for name in tracked("*.py") if name.startswith(PURE)]
    assert files
    assert importers(module, files) == []


def test_every_module_has_its_floor() -> None:
    modules = set(import_graph()) - {"al_core", "al_core.__main__"}
    assert [module for module in sorted(modules) if floor_of(module, FLOORS) is None] == []


def test_no_import_runs_back_up() -> None:
    assert upward_imports(FLOORS) == set()


def test_no_import_runs_back_up_inside_formats() -> None:
    assert upward_imports(FLOORS_OF_FORMATS, "al_core.formats.") == set()


def test_modules_that_import_each_other_are_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == {frozenset({"b", "c"})}


def test_no_modules_import_each_other() -> None:
    assert circles(import_graph()) == set()


def test_every_module_of_a_mirrored_room_has_its_own_tests() -> None:
    # Migrations are tested by what they lead to.
    modules = [
        name
        for room in MIRRORED
        for name in tracked(f"{room}/*.py")
        if not name.endswith("__init__.py") and "/migrations/" not in name
    ]
    tests = {name: Path("tests", *Path(name).parts[1:-1], f"test_{Path(name).name}") for name in modules}
    assert tests
    assert [name for name, test in tests.items() if not (ROOT / test).is_file()] == []


def test_import_al_core_loads_nothing_heavy() -> None:
    code = "import sys, al_core; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert HEAVY & set(loaded.stdout.split()) == set()


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    machine_path = re.compile(rb"(?<![\w./~-])/(?:home|Users|root)/[\w.-]+|" + re.escape(str(ROOT).encode()))
    # The pattern above is itself such a text.
    files = [name for name in tracked() if name != Path(__file__).relative_to(ROOT).as_posix()]
    assert [name for name in files if machine_path.search((ROOT / name).read_bytes())] == []
