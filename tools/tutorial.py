"""Plays the rounds of docs/tutorial.md by the scripts that it shows."""

import re
import subprocess
import sys
from pathlib import Path

from al_core import SelectionConfig, workflow
from al_core.formats import read_labels, read_predictions
from al_core.store import Dataset, Tag

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tutorial.md"
N_NEW = 40
TEST_SHARE = 0.1


def write_scripts(folder: Path) -> list[str]:
    """Write the scripts of the tutorial into a folder and return their names in order."""
    scripts = re.findall(r'```python title="(.*?)"\n(.*?)```', PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for name, source in scripts:
        (folder / name).write_text(source, encoding="utf-8")
    return [name for name, _ in scripts]


def run_script(folder: Path, name: str, *arguments: str, output: str = "") -> Path:
    """Run a script in the folder, what it prints into a file, and return that file."""
    ended = subprocess.run([sys.executable, name, *arguments], cwd=folder, check=True, stdout=subprocess.PIPE)
    path = folder / (output or "output.txt")
    path.write_bytes(ended.stdout)
    return path


def choose(dataset: Dataset, name: str) -> Tag:
    """Select the images of the next round, as the page Select proposes, and hand them to labelers."""
    n_samples = len(workflow.labeled_set(dataset)) + N_NEW
    method = "CORAL" if dataset.models.all() else "CORESET"
    selection = workflow.run_selection(dataset, SelectionConfig(method, n_samples, name=name, test_share=TEST_SHARE))
    workflow.mark_sent(dataset, selection.tag)
    return selection.tag


def learn(dataset: Dataset, tag: Tag, folder: Path) -> None:
    """Bring the labels of a round back, train, and store the new model's predictions."""
    listed = folder / f"{tag.name}-added.txt"
    listed.write_bytes(workflow.export_tag(dataset, tag, "txt", added_only=True))
    labels = read_labels(run_script(folder, "label.py", listed.name, output="labels.csv"))
    report = workflow.check_labels(dataset, labels)
    workflow.store_labels(dataset, labels, report, name=f"labels of {tag.name}", round_name=tag.name)
    (folder / "training.csv").write_bytes(workflow.export_training_labels(dataset))
    predictions = read_predictions(run_script(folder, "train.py", "training.csv", output="predictions.csv"))
    workflow.store_predictions(
        dataset, predictions, workflow.check_predictions(dataset, predictions), name=f"model after {tag.name}"
    )
