"""The workflow for GitHub says the same as the rest of the repository."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tools.lowest_versions import lowest_versions

ROOT = Path(__file__).resolve().parents[1]
JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def test_every_declared_python_runs_all_that_continuous_integration_runs() -> None:
    declared = [name.split(" :: ")[-1] for name in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", name)]
    assert JOBS["test"]["strategy"]["matrix"]["python"] == declared
    assert f">={declared[0]}" == PROJECT["requires-python"]
    assert commands("test") == [".ci/run"]


def test_the_oldest_python_runs_the_lowest_versions() -> None:
    (python,) = (step["with"]["python-version"] for step in JOBS["lowest-versions"]["steps"] if "python" in str(step))
    assert f">={python}" == PROJECT["requires-python"]
    assert commands("lowest-versions") == ["make test-lowest"]


def test_the_lowest_versions_are_the_bounds_of_the_package_and_name_nothing_twice() -> None:
    lowest = [Requirement(text) for text in lowest_versions()]
    versions = {need.name.lower(): Version(str(need.specifier)[2:]) for need in lowest}
    assert len(versions) == len(lowest)
    assert versions["openpyxl"] == Version("3.1")
    for text in PROJECT["dependencies"]:
        need = Requirement(text)
        assert str(need.specifier) == f">={versions[need.name.lower()]}"
