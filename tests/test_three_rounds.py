"""Three rounds by the script and by the commands that docs/rounds.md promises, with labels from three tools."""

import json
import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from al_core import workflow
from al_core.store import Workspace
from tests.digit_project import CLASSES, EXPORTS, trained, write_photos

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "rounds.md").read_text(encoding="utf-8")
COMMAND = Path(sysconfig.get_path("scripts")) / "al-core"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with images, which is the working directory, and a workspace beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "workspace"))
    write_photos(tmp_path / "photos")
    return tmp_path


def expect_three_finished_rounds() -> None:
    with Workspace() as workspace:
        dataset = workspace.dataset("photos")
        rounds = workflow.rounds(dataset)
        assert [each.name for each in rounds] == ["round 1", "round 2", "round 3"]
        assert [each.state for each in rounds] == ["back"] * 3
        # A tenth of each 40 images tests.
        assert [each.n_training for each in rounds] == [36, 72, 108]
        assert [each.model.name for each in rounds if each.model] == ["model 1", "model 2", "model 3"]
        report = workflow.report_rounds(dataset, workflow.round_plan(dataset))
        assert report.n_tests == 12
        assert all(result.accuracy.speaks for result in report.results)


def test_three_rounds_in_twelve_lines_of_python(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    lines = [line for line in block.splitlines() if line and not line.startswith(("from ", "import "))]
    assert len(lines) == 12
    exports = iter(EXPORTS)

    def label(filenames: list[str]) -> Path:
        return next(exports)(project, filenames)

    def train(training_labels: bytes) -> Path:
        (project / "training.csv").write_bytes(training_labels)
        return trained(project / "training.csv", project)

    exec(block, {"label": label, "train": train})
    assert capsys.readouterr().out.startswith("Go on:")
    assert "3 rounds; a forecast needs 4" in (project / "report.html").read_text()
    expect_three_finished_rounds()


def al_core(*arguments: str) -> str:
    """What the installed command prints."""
    ended = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, env=os.environ)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_three_rounds_by_the_installed_command(project: Path) -> None:
    al_core("embed", "photos", "--dataset", "photos")
    place = ("--dataset", "photos")
    select = ("select", *place, "--name", "round 1", "--new", "40", "--method", "CORESET", "--test-share", "0.1")
    chosen = al_core(*select).splitlines()
    (project / "classes.txt").write_text("\n".join(CLASSES))
    tasks = ("round 1", "label-studio", "round-1.zip", "--class-names", "classes.txt")
    al_core("export", *place, *tasks, "--added-only", "--sent")
    model = back(project, 1, chosen)
    for number in (2, 3):
        chosen = run_round(project, number, model)
        model = back(project, number, chosen)
    al_core("predictions", "add", str(model), *place, "--name", "model 3")
    al_core("report", "round 3", *place, "-o", "report.html")
    assert "3 rounds; a forecast needs 4" in (project / "report.html").read_text()
    expect_three_finished_rounds()


def back(project: Path, number: int, chosen: list[str]) -> Path:
    """Bring the labels of a round back, and return the predictions of a model trained on the exported ones."""
    labels = EXPORTS[number - 1](project, chosen)
    al_core("labels", "add", str(labels), "--dataset", "photos", "--round", f"round {number}")
    al_core("labels", "export", f"training-{number}.csv", "--dataset", "photos")
    return trained(project / f"training-{number}.csv", project)


def run_round(project: Path, number: int, model: Path) -> list[str]:
    """Run a round from a file and return the filenames for the labelers."""
    content = {
        "dataset": "photos",
        "name": f"round {number}",
        "predictions": {"file": model.name, "model": f"model {number - 1}"},
        "selection": {"method": "CORAL", "new": 40, "test_share": 0.1},
        "export": {"format": "txt", "file": f"round-{number}.txt"},
    }
    # YAML reads JSON.
    (project / f"round-{number}.yaml").write_text(json.dumps(content))
    al_core("run", f"round-{number}.yaml")
    return (project / f"round-{number}.txt").read_text().splitlines()
