import os
from pathlib import Path

import pytest

from al_core.exceptions import InvalidInputError
from al_core.steps.round_file import read_round_file


def test_paths_are_relative_to_the_file_and_numbers_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("a")
    file = tmp_path / "round.yaml"
    file.write_text(
        "dataset: animals\nname: 2026-11-26\npredictions: {file: scores.csv, softmax: true}\n"
        "selection:\n  n_samples: -1\n  test_share: 0.1\n  budget: {total: 2.5e2, unit: samples}\n"
    )
    wanted = read_round_file(file)
    assert wanted.name == "2026-11-26"
    assert wanted.predictions is not None
    assert (wanted.predictions.file, wanted.predictions.choices.softmax) == (tmp_path / "scores.csv", True)
    config = wanted.selection.config(wanted.name, 0)
    assert (config.n_samples, config.test_share, config.seed) == (-1, 0.1, 0)
    assert config.budget is not None
    assert config.budget.total == 250


def test_the_digest_is_of_the_content_and_of_the_inputs(tmp_path: Path) -> None:
    folder = tmp_path / "predictions"
    folder.mkdir()
    (folder / "a.txt").write_text("1")
    first, second = tmp_path / "a.yaml", tmp_path / "b.json"
    first.write_text("dataset: d1\nname: r1\npredictions: {file: predictions}\nselection: {new: 2}  # a comment\n")
    second.write_text(
        '{"name": "r1", "dataset": "d1", "selection": {"new": 2}, "predictions": {"file": "predictions"}}'
    )
    digest = read_round_file(first).digest
    assert read_round_file(second).digest == digest
    (folder / "a.txt").write_text("2")
    assert read_round_file(first).digest != digest


def test_a_folder_may_hold_a_file_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / "predictions"
    folder.mkdir()
    file = tmp_path / "round.yaml"
    file.write_text("dataset: d1\nname: r1\npredictions: {file: predictions}\nselection: {new: 2}\n")
    digest = read_round_file(file).digest
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("1")
    assert read_round_file(file).digest != digest


def test_boxes_of_a_round_count_from_a_confidence_on(tmp_path: Path) -> None:
    (tmp_path / "boxes.json").write_text("[]")
    file = tmp_path / "round.yaml"
    text = "dataset: d1\nname: r1\npredictions: {{file: boxes.json, confidence_threshold: {}}}\nselection: {{new: 2}}\n"
    file.write_text(text.format(0.25))
    wanted = read_round_file(file).predictions
    assert wanted is not None
    assert wanted.confidence_threshold == 0.25
    file.write_text(text.format("high"))
    with pytest.raises(InvalidInputError, match="confidence_threshold: expected a number from 0 to 1, found 'high'"):
        read_round_file(file)
