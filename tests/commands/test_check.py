import json
from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.commands.main import main
from al_core.store import Workspace


@pytest.fixture(autouse=True)
def _cats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with Workspace() as workspace:
        workflow.create_dataset(workspace, "cats", ["a.png", "b.png"], np.eye(2))
    Path("good.csv").write_text("filename,cat,dog\na.png,0.5,0.5\nzebra.png,1,0\n")
    Path("foreign.csv").write_text("filename,cat,dog\nzebra.png,1,0\n")


def test_a_usable_file_is_reported_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "good.csv", "--dataset", "cats"]) == 0
    assert "1 of 2 samples have a prediction in good.csv." in capsys.readouterr().out.splitlines()


def test_a_file_that_is_not_usable_is_reported_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "foreign.csv", "--dataset", "cats"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "The file cannot be used as it is; nothing is stored."
    assert main(["check", "good.csv", "--dataset", "cats", "--policy", "reject"]) == 1


def test_the_report_as_json_is_that_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "good.csv", "--dataset", "cats", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["matched"], report["unknown"], report["usable"]) == (1, ["zebra.png"], True)


def test_rows_without_filenames_are_those_of_the_tag(capsys: pytest.CaptureFixture[str]) -> None:
    np.save("p.npy", np.array([[0.5, 0.5]], dtype=np.float32))
    with Workspace() as workspace:
        workspace.dataset("cats").create_tag("second", np.array([1]))
    assert main(["check", "p.npy", "--dataset", "cats"]) == 1
    assert "1 rows without filenames" in capsys.readouterr().err
    assert main(["check", "p.npy", "--dataset", "cats", "--tag", "second"]) == 0
    assert "1 of 2 samples" in capsys.readouterr().out


def test_a_meaning_without_a_column_is_no_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "good.csv", "--dataset", "cats", "--column", "ignored"])
    assert "expected NAME=MEANING, such as fold=ignored, found 'ignored'" in capsys.readouterr().err


def test_format_task_classes_and_columns_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("fold.csv").write_text("image,cat,dog,fold\na.png,0.25,0.75,0\nb.png,1.0,0.0,1\n")
    assert main(["check", "fold.csv", "--dataset", "cats"]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "CSV: classification, 2 classes: cat, dog",
        "  image      filename  named as filenames are",
        "  cat, dog   class     sums to 1 with the others",
        "  fold       metadata  by its name",
    ]
    assert main(["check", "fold.csv", "--dataset", "cats", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["format"], report["task"], report["class_names"]) == ("csv", "classification", ["cat", "dog"])
    assert report["columns"][3] == {"name": "fold", "meaning": "metadata", "reason": "by its name"}


def test_logits_and_labels_are_reported_with_status_1_and_a_choice_helps(capsys: pytest.CaptureFixture[str]) -> None:
    Path("logits.csv").write_text("filename,cat,dog\na.png,-2.5,3\nb.png,4.5,-1\n")
    Path("labels.csv").write_text("filename,label\na.png,cat\nb.png,dog\n")
    assert main(["check", "logits.csv", "--dataset", "cats"]) == 1
    assert "The values look like logits" in capsys.readouterr().out
    assert main(["check", "logits.csv", "--dataset", "cats", "--softmax"]) == 0
    assert main(["check", "labels.csv", "--dataset", "cats"]) == 1
    assert "The file holds labels, not predictions" in capsys.readouterr().out
    assert main(["check", "good.csv", "--dataset", "cats", "--column", "dog=metadata", "--column", "cow=class"]) == 1
    assert "no column 'cow'" in capsys.readouterr().err
