"""Prints requirements with the lowest versions that pyproject.toml declares: `python -m tools.lowest_versions`.

The tools of the tests keep the versions of requirements-dev.txt, but for packages that al_core itself needs.
"""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]

PIN = re.compile(r"([\w.-]+)==(\S+)")


def lowest_versions() -> list[str]:
    """Return one requirement per package, with the lower bound of its range as its version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    ranges = [*project["dependencies"], *extras["postgres"], *extras["xlsx"]]
    requirements = [Requirement(text) for text in ranges]
    lowest = [f"{need.name}{_extras(need)}=={_lower_bound(need)}" for need in requirements]
    needed = {canonicalize_name(need.name) for need in requirements} | {"psycopg-binary"}
    return lowest + [f"{name}=={version}" for name, version in _tools() if canonicalize_name(name) not in needed]


def _extras(need: Requirement) -> str:
    return f"[{','.join(sorted(need.extras))}]" if need.extras else ""


def _lower_bound(need: Requirement) -> str:
    (bound,) = (specifier.version for specifier in need.specifier if specifier.operator == ">=")
    return bound


def _tools() -> list[tuple[str, str]]:
    texts = [
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("requirements-docs.txt", "requirements-postgres.txt", "requirements-dev.txt")
    ]
    return [pin for text in texts for pin in PIN.findall(re.sub(r"#.*", "", text))]


if __name__ == "__main__":
    print(*lowest_versions(), sep="\n")
