import json

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import Predictions, join_report
from al_core.formats.join.report import Policy

SAMPLES = ["a", "b", "c", "d"]


def predictions(rows: dict[str, list[float]]) -> Predictions:
    return Predictions(list(rows), ["class_0", "class_1"], np.array(list(rows.values()), dtype=np.float32))


@pytest.mark.parametrize(
    "rows", [{"a": [1, 0]}, {"a": [1, 0], "b": [0.1, 0.1]}, {"a": [1, 0], "b": [1, 0], "c": [1, 0]}]
)
def test_reject_refuses_any_problem_and_stores_nothing(rows: dict[str, list[float]]) -> None:
    given = predictions(rows)
    report = join_report(["a", "b"], given, policy=Policy.REJECT)
    assert not report.usable
    with pytest.raises(InvalidInputError, match="nothing is stored"):
        report.align(given.outputs)


def test_sentences_count_show_ten_names_and_say_what_happens() -> None:
    report = join_report([str(i) for i in range(2000)], predictions({"1999": [1, 0]}), source="p.csv")
    first, second = report.sentences()
    assert first == "1 of 2,000 samples have a prediction in p.csv."
    assert second.startswith("1,999 samples have none ('0', '1', '2',")
    assert second.endswith("'9', …): left without a score.")


def test_the_report_is_json_with_full_lists() -> None:
    report = join_report(SAMPLES, predictions({"a": [1, 0]}), source="p.csv")
    plain = json.loads(json.dumps(report.to_json()))
    assert plain["missing"] == ["b", "c", "d"]
    assert plain["policy"] == "skip"
    assert plain["usable"] is True
    assert "rows" not in plain


def test_the_json_lists_every_finding_with_its_number_and_names() -> None:
    report = join_report(SAMPLES[:2], predictions({"a": [1, 0], "z": [1, 1]}), source="p.csv")
    plain = json.loads(json.dumps(report.to_json()))
    assert plain["n_used"] == 1
    assert plain["findings"] == {}
    assert [(detail["what"], detail["severity"], detail["count"], detail["names"]) for detail in plain["details"]] == [
        ("missing", "problem", 1, ["b"]),
        ("unknown", "problem", 1, ["z"]),
        ("not-probabilities", "problem", 1, ["z"]),
    ]
