"""The documentation is run, and its lists are compared with what is there."""

import importlib
import re
from pathlib import Path

import pytest

import al_core
from al_core.formats import READERS
from benchmarks.label_efficiency_report import page
from tools.formats_page import formats_page

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=["agent", "detections", "scorer"])
def test_readme_code_prints_what_its_comment_says(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path))
    exec(block, {})
    promised = re.findall(r"^print\(.*\)  # (.*)$", block, re.MULTILINE)
    assert promised
    assert capsys.readouterr().out.splitlines() == promised


def test_readme_starts_with_the_two_commands() -> None:
    first_lines = README.splitlines()[:10]
    assert any(line.startswith("pip install al-core") for line in first_lines)
    assert any(line.startswith("al-core dashboard") for line in first_lines)


def test_the_readme_does_not_promise_more_formats_than_there_are() -> None:
    assert "more than 30 prediction formats and a dozen label formats" in README
    assert len(READERS["predictions"]) > 30
    assert len(READERS["labels"]) >= 12


def test_the_changelog_knows_the_version() -> None:
    version = al_core.__version__.split(".dev")[0]
    section = "## [Unreleased]" if ".dev" in al_core.__version__ else f"## [{version}] - "
    assert section in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_path_in_the_readmes_tree_exists() -> None:
    tree = re.search(r"```\n(app\.py.*?)```", README, re.DOTALL)
    assert tree
    parent = ROOT
    for line in tree[1].splitlines():
        name = line.split()[0]
        parent = ROOT / "al_core" if line.startswith("  ") else ROOT
        assert (parent / name).exists(), name


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/architecture.md",
        "docs/choosing.md",
        "docs/backups.md",
        "docs/containers.md",
        "docs/http.md",
        "docs/notebook.md",
        "docs/formats.md",
        "docs/security.md",
        "docs/tutorial.md",
        "docs/versioning.md",
    ],
)
def test_links_between_documents_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def test_import_paths_promised_to_scripts_written_for_lightly_exist() -> None:
    versioning = (ROOT / "docs" / "versioning.md").read_text(encoding="utf-8")
    paths = re.search(r"```\n(al_core\..*?)```", versioning, re.DOTALL)
    assert paths
    for path in paths[1].split():
        assert importlib.import_module(path).__name__ == path


def test_every_room_is_in_the_table_of_rooms() -> None:
    rooms = {path.parent.name for path in (ROOT / "al_core").glob("*/__init__.py")}
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:al_core/)?(\w+)`", "".join(re.findall(r"^\| (.*?) \|", architecture, re.MULTILINE))))
    assert rooms <= named


def test_public_names_are_those_that_exist() -> None:
    assert all(hasattr(al_core, name) for name in al_core.__all__)
    assert al_core.__all__ == sorted(al_core.__all__)


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_context_choice_and_consequence_on_one_page(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Consequence")), decision.name
    assert len(text.splitlines()) < 30


def test_the_page_of_formats_is_what_the_registries_hold() -> None:
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == formats_page(), "python -m tools.formats_page"


def test_the_tables_of_label_efficiency_are_what_the_committed_results_give() -> None:
    results = ROOT / "docs" / "benchmarks" / "label_efficiency.csv"
    assert results.with_suffix(".md").read_text(encoding="utf-8") == page(results)
