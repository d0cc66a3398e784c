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


def test_where_no_name_meets_the_dataset_the_likely_cause_is_said() -> None:
    report = join_report(["day/a.png"], predictions({"val/7.png": [1, 0]}), source="p.csv")
    (cause,) = report.obstacles()
    assert cause.startswith("None of the names in it is in the dataset, which has names like 'day/a.png' and not like")
    assert report.sentences()[-2:] == [cause, "The file cannot be used as it is; nothing is stored."]


def test_numbers_that_no_sample_is_called_by_want_the_file_that_explains_them() -> None:
    report = join_report(["a.png"], predictions({"42": [1, 0], "43": [1, 0]}))
    assert "add the file that says which images they are" in report.obstacles()[0]


def test_names_that_fit_several_samples_are_no_other_images() -> None:
    report = join_report(["day/a.png", "night/a.png"], predictions({"a.png": [1, 0]}), source="p.csv")
    assert report.obstacles() == [
        "Each name in p.csv, such as 'a.png', fits several images of the dataset: write the folder or the suffix that "
        "tells them apart."
    ]


def test_what_refuses_a_file_depends_on_the_policy() -> None:
    given = predictions({"a": [1, 0]})
    assert join_report(["a", "b"], given).obstacles() == []
    (problem,) = join_report(["a", "b"], given, policy=Policy.REJECT).obstacles()
    assert problem.startswith("1 sample has none ('b'): this refuses the file")
