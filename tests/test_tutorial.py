"""The scripts of docs/tutorial.md run as it says, and lead to what its pictures show."""

import re
from pathlib import Path

import pytest

from al_core import workflow
from al_core.store import Workspace
from tools import tutorial

PAGE = tutorial.PAGE.read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tutorial.write_scripts(tmp_path)
    return tmp_path


def test_two_rounds_lead_to_a_curve(folder: Path, workspace: Workspace) -> None:
    tutorial.run_script(folder, "digits.py")
    dataset = workflow.dataset_from_images(workspace, folder / "digits", "digits").dataset
    assert dataset.n_samples == 600
    for number in (1, 2):
        tutorial.learn(dataset, tutorial.choose(dataset, f"al-iteration-{number}"), folder)
    report = workflow.report_rounds(dataset, workflow.round_plan(dataset))
    assert report.n_tests == 8
    assert [result.round.n_training for result in report.results] == [36, 72]
    assert all(result.accuracy.speaks for result in report.results)


def test_every_picture_is_there_and_small() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", PAGE)
    assert len(pictures) == 6
    for picture in pictures:
        assert 5_000 < (tutorial.PAGE.parent / picture).stat().st_size < 150_000, picture
