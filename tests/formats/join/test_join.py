from dataclasses import replace

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import MetadataTable, Policy, Predictions, ScoreTable, join_report
from al_core.formats.choices import Missing
from al_core.formats.join.file_rows import FilenameRows
from al_core.formats.metadata.text_column import text_column
from al_core.formats.predictions.predictions import DETECTION
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

SAMPLES = ["a", "b", "c", "d"]


def predictions(rows: dict[str, list[float]] | list[tuple[str, list[float]]]) -> Predictions:
    items = list(rows.items()) if isinstance(rows, dict) else rows
    probabilities = np.array([values for _, values in items], dtype=np.float32)
    return Predictions(
        [name for name, _ in items], [f"class_{i}" for i in range(probabilities.shape[1])], probabilities
    )


def test_a_complete_file_has_nothing_to_report() -> None:
    report = join_report(SAMPLES, predictions({name: [0.5, 0.5] for name in "dcba"}), source="p.csv")
    assert report.rows.tolist() == [3, 2, 1, 0]
    assert report.rows.dtype == np.int64
    assert report.usable
    assert report.sentences() == ["4 of 4 samples have a prediction in p.csv."]


def test_missing_unknown_and_repeated_names_are_listed_once_and_in_order() -> None:
    certain = [1.0, 0.0]
    rows = [("x", certain), ("b", certain), ("y", certain), ("b", certain), ("x", certain), ("a", [0.0, 1.0])]
    report = join_report(SAMPLES, predictions(rows))
    assert (report.n_samples, report.n_rows, report.matched) == (4, 6, 2)
    assert report.missing == ["c", "d"]
    assert report.unknown == ["x", "y"]
    assert report.duplicate == ["b"]
    assert report.conflicting == []
    assert report.rows.tolist() == [-1, 1, -1, -1, -1, 0]
    assert report.usable


def test_a_repetition_with_other_values_refuses_the_file() -> None:
    report = join_report(SAMPLES, predictions([("a", [1, 0]), ("a", [0, 1])]))
    assert report.conflicting == ["a"]
    assert not report.usable
    repeated, verdict = report.sentences()[-2:]
    assert repeated.startswith("1 filename is repeated with different values ('a'): which row is right is unknown")
    assert verdict == "The file cannot be used as it is; nothing is stored."


def test_rows_that_are_not_probabilities_are_distinguished_from_rows_with_nan() -> None:
    rows = {"a": [0.5, 0.6], "b": [np.nan, 1], "c": [np.inf, -np.inf], "d": [-0.5, 1.5]}
    report = join_report(SAMPLES, predictions(rows))
    assert report.rows_not_summing_to_1 == ["a", "d"]
    assert report.rows_with_nan == ["b", "c"]
    assert report.rows.tolist() == [0, -1, -1, 3]


def test_rounding_to_four_decimals_or_to_float16_is_not_a_problem() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(100), size=1000)
    for rounded in (probabilities.round(4), probabilities.astype(np.float16)):
        report = join_report([str(i) for i in range(1000)], Predictions(None, ["x"] * 100, rounded.astype(np.float32)))
        assert report.rows_not_summing_to_1 == []


def test_one_column_is_binary_and_has_no_sum() -> None:
    report = join_report(SAMPLES, predictions({"a": [0.2], "b": [1.0], "c": [1.2]}))
    assert report.rows_not_summing_to_1 == ["c"]


def test_without_filenames_rows_are_in_the_order_of_the_samples() -> None:
    report = join_report(SAMPLES, Predictions(None, ["x", "y"], np.full((4, 2), 0.5, dtype=np.float32)))
    assert report.rows.tolist() == [0, 1, 2, 3]


def test_without_filenames_another_number_of_rows_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="3 rows without filenames but the samples are 4"):
        join_report(SAMPLES, Predictions(None, ["x"], np.zeros((3, 1), dtype=np.float32)))


def test_names_alone_can_be_joined_and_may_leave_samples_out() -> None:
    report = join_report(SAMPLES, ["b", "z"], source="round1.csv")
    assert report.rows.tolist() == [1, -1]
    assert report.missing == ["a", "c", "d"]
    assert report.sentences() == [
        "1 of 4 samples are listed in round1.csv.",
        "1 filename is not in the dataset ('z'): left out; check the folder and the suffix.",
    ]


def test_a_name_listed_twice_counts_once() -> None:
    report = join_report(SAMPLES, ["b", "b"])
    assert (report.n_used, report.duplicate, report.conflicting) == (1, ["b"], [])


def test_messages_about_metadata_call_it_metadata() -> None:
    table = MetadataTable(["a", "b"], {"temperature": np.array([1.0, 2.0])})
    assert join_report(SAMPLES, table, source="m.csv").sentences() == [
        "2 of 4 samples have metadata in m.csv.",
        "2 samples have none ('c', 'd'): left without values.",
    ]


def test_scores_are_spoken_of_as_scores() -> None:
    report = join_report(SAMPLES[:1], ScoreTable(["a"], {"loss": np.array([0.5])}), source="s.csv")
    assert report.sentences() == ["1 of 1 samples have a score in s.csv."]


def test_a_row_that_is_left_out_is_not_counted_as_used() -> None:
    report = join_report(SAMPLES, predictions({"a": [1, 0], "b": [np.nan, 1]}), source="nan.csv")
    assert (report.matched, report.n_used) == (2, 1)
    assert report.sentences()[0] == "1 of 4 samples have a prediction in nan.csv."


def test_a_file_without_any_matching_name_is_not_usable() -> None:
    report = join_report(SAMPLES, ["images/e", "images/f"])
    assert not report.usable


def test_skip_leaves_samples_without_a_row_as_nan() -> None:
    given = predictions({"b": [0.25, 0.75], "x": [1, 0], "c": [np.nan, 1]})
    aligned = join_report(SAMPLES, given).align(given.outputs)
    np.testing.assert_array_equal(
        aligned, np.array([[np.nan] * 2, [0.25, 0.75], [np.nan] * 2, [np.nan] * 2], dtype=np.float32)
    )


def test_fill_gives_samples_without_a_row_equal_probabilities() -> None:
    given = predictions({"b": [0.25, 0.75]})
    aligned = join_report(["a", "b"], given, policy=Policy.FILL).align(given.outputs)
    np.testing.assert_array_equal(aligned, np.array([[0.5, 0.5], [0.25, 0.75]], dtype=np.float32))


def test_a_repeated_row_does_not_overwrite_the_first() -> None:
    given = predictions([("a", [1, 0]), ("a", [1, 0])])
    assert join_report(["a"], given).align(given.outputs).tolist() == [[1, 0]]


def test_a_name_that_fits_two_samples_is_called_ambiguous_and_not_unknown() -> None:
    report = join_report(["train/1.jpg", "val/1.jpg"], ["1.jpg", "val/1.jpg", "2.jpg"], source="p.csv")
    assert (report.ambiguous, report.unknown) == (["1.jpg"], ["2.jpg"])
    assert (
        "1 filename is ambiguous: it fits several samples ('1.jpg'): left out; write the folder or the suffix that "
        "tells them apart."
    ) in report.sentences()


def test_another_spelling_is_announced() -> None:
    report = join_report(["a.jpg", "b.jpg"], ["A.JPG", "b.jpg"], source="p.csv")
    assert report.sentences()[1] == "1 row was matched by name in another letter case, not by the whole name."


def test_numbers_that_meet_samples_by_their_stem_are_announced() -> None:
    said = (
        "Every name in the file is a number, matched with the sample of that name: check that the numbers name images"
    )
    assert any(line.startswith(said) for line in join_report(["0.jpg", "1.jpg"], ["0", "1"]).sentences())
    assert not any(line.startswith(said) for line in join_report(["0.jpg", "a.jpg"], ["0", "a"]).sentences())


class Ids(FilenameRows):
    names_are_ids = True


def test_numbers_of_images_in_another_file_meet_no_sample_and_the_file_is_asked_for() -> None:
    report = join_report(["42.jpg"], Ids(["42"]))
    assert report.unknown == ["42"]
    assert not report.usable
    assert any("add the annotation file" in line for line in report.sentences())


def test_the_first_line_says_that_the_order_was_assumed() -> None:
    predictions = Predictions(None, ["cat", "dog"], np.eye(2, dtype=np.float32))
    assumed = (
        "The file has no filenames: its first row is taken for the first sample, and so on: check that it was written"
    )
    for rows in (predictions, predictions.with_filenames(["a", "b"], "p.npy")):
        assert join_report(["a", "b"], rows).sentences()[0].startswith(assumed)


def detections(*names: str, missing: Missing) -> Predictions:
    objects = ObjectDetectionOutput.from_scores(
        np.array([[0, 0, 1, 1]] * len(names)), [0.5] * len(names), [0] * len(names)
    )
    return Predictions(
        list(names), ["cat"], ObjectDetectionBatch(objects, [1] * len(names)), DETECTION, missing=missing
    )


def test_a_sample_without_objects_is_missing_unless_somebody_says_otherwise() -> None:
    report = join_report(SAMPLES, detections("a", "b", missing=Missing.UNKNOWN))
    assert (report.n_used, report.empty.tolist()) == (2, [])
    assert "say so (missing=empty)" in report.sentences()[1]
    report = join_report(SAMPLES, detections("a", "b", missing=Missing.EMPTY), policy=Policy.REJECT)
    assert (report.n_used, report.empty.tolist(), report.missing) == (4, [2, 3], ["c", "d"])
    assert report.usable
    assert report.sentences() == [
        "4 of 4 samples have a prediction in the file.",
        "2 samples have no entry ('c', 'd'): counted as images in which the model found nothing.",
    ]


def test_a_sample_that_an_unmatched_name_may_mean_is_not_called_empty() -> None:
    samples = ["x/1.jpg", "y/1.jpg", "2.jpg", "3.jpg"]
    report = join_report(samples, detections("1.txt", "2.txt", missing=Missing.EMPTY))
    assert (report.rows.tolist(), report.empty.tolist()) == ([-1, 2], [3])


def test_a_file_of_which_no_name_is_in_the_dataset_is_not_one_of_empty_images() -> None:
    assert not join_report(SAMPLES, detections("x", missing=Missing.EMPTY)).usable


def test_class_probabilities_are_never_empty() -> None:
    rows = replace(predictions({"a": [1, 0]}), missing=Missing.EMPTY)
    assert join_report(SAMPLES, rows).empty.tolist() == []


@pytest.mark.parametrize(("later", "is_usable"), [(0.25, True), (np.nan, False), (0.75, False)])
def test_repeated_scores_that_differ_refuse_the_file(later: float, is_usable: bool) -> None:
    table = ScoreTable(["a", "b", "a"], {"novelty": np.array([0.25, 0.5, later])})
    report = join_report(SAMPLES, table)
    assert report.conflicting == ([] if is_usable else ["a"])
    assert report.usable is is_usable


def test_metadata_of_two_names_of_one_sample_that_differ_refuse_the_file() -> None:
    place = text_column(["lab", "lab", "field"])
    assert place is not None
    table = MetadataTable(
        ["x/a.png", "y/a.png", "z/a.png"], {"celsius": np.array([20.0, 20.0, 20.0])}, {"place": place}
    )
    report = join_report(["a.png"], table)
    assert (report.duplicate, report.conflicting) == (["y/a.png", "z/a.png"], ["z/a.png"])
