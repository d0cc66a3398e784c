"""What the modules of the repository import, and on which floor each has its room."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def tracked(pattern: str = "*") -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z", "--", pattern], cwd=ROOT, capture_output=True, check=True)
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def imported(source: str) -> set[str]:
    """Full names of every absolute import, also of those inside functions: `a.b` is that of `from a import b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def imported_by(path: str) -> set[str]:
    """Return what a file imports."""
    return imported((ROOT / path).read_text(encoding="utf-8"))


def module_name(path: str) -> str:
    """Return the name by which Python imports a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def import_graph() -> dict[str, set[str]]:
    """Return the modules of the repository that each of them imports, inside functions too."""
    # The package itself is left out: it offers names to users, and inside only its version is read.
    files = {module_name(name): name for name in tracked("*.py")}
    return {
        module: modules_among(imported_by(name), set(files)) - {module, "al_core"}
        for module, name in files.items()
        if name.startswith(("al_core/", "ui/", "pages/", "app.py"))
    }


def modules_among(names: set[str], modules: set[str]) -> set[str]:
    """Return the modules that are imported by full names; `a.b` is the module a if b is only a name inside it."""
    return {name if name in modules else name.rpartition(".")[0] for name in names} & modules


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
    return [path for path in files if any(f"{name}.".startswith(f"{module}.") for name in imported_by(path))]
