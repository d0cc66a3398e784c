from collections.abc import Mapping

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats.tables.columns import classify_columns
from al_core.formats.tables.meaning import Meaning
from al_core.formats.tables.sample import sample_of_texts

RNG = np.random.default_rng(0)
PROBABILITIES = RNG.dirichlet(np.ones(3), 30)
NAMES = [f"img_{row}.jpg" for row in range(30)]


def table(**columns: object) -> dict[str, list[str]]:
    return {name: [str(cell) for cell in np.asarray(cells)] for name, cells in columns.items()}


def classes(numbers: np.ndarray = PROBABILITIES) -> dict[str, list[str]]:
    return table(filename=NAMES, cat=numbers[:, 0], dog=numbers[:, 1], owl=numbers[:, 2])


def meanings(columns: Mapping[str, list[str]], **chosen: str) -> dict[str, str]:
    samples = [sample_of_texts(name, cells) for name, cells in columns.items()]
    return {column.name: str(column.meaning) for column in classify_columns(samples, chosen)}


@pytest.mark.parametrize(
    ("name", "cells", "meaning"),
    [
        ("fold", np.zeros(30, int), "metadata"),
        ("fold", np.arange(30) % 5, "metadata"),
        ("entropy", np.full(30, 0.004), "metadata"),
        ("inference_time", np.full(30, 0.013), "metadata"),
        ("brightness", RNG.random(30), "metadata"),
        ("Unnamed: 0", np.arange(30), "ignored"),
        ("label", PROBABILITIES.argmax(axis=1), "label"),
        ("label", ["cat"] * 30, "label"),
        ("labels", ["[1, 0]", "[0, 1]"] * 15, "label"),
        ("pred", ["dog"] * 30, "predicted"),
        ("confidence", PROBABILITIES.max(axis=1), "metadata"),
        ("rotation", np.zeros(30, int), "metadata"),
        ("is_train", ["False"] * 30, "metadata"),
        ("split", [""] * 30, "ignored"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_column_too_many_never_becomes_a_class(name: str, cells: object, meaning: str, is_first: bool) -> None:
    extra = table(**{name: cells})
    found = meanings({**extra, **classes()} if is_first else {**classes(), **extra})
    assert found == {name: meaning, "filename": "filename", "cat": "class", "dog": "class", "owl": "class"}


def test_a_name_that_says_metadata_is_a_class_if_the_rest_does_not_sum_to_1() -> None:
    found = meanings(table(filename=NAMES, fold=PROBABILITIES[:, 0], wrinkle=1 - PROBABILITIES[:, 0]))
    assert found == {"filename": "filename", "fold": "class", "wrinkle": "class"}


def test_scores_of_classes_that_sum_to_1_are_probabilities() -> None:
    found = meanings(table(image=NAMES, score_cat=PROBABILITIES[:, 0], score_dog=1 - PROBABILITIES[:, 0]))
    assert found == {"image": "filename", "score_cat": "class", "score_dog": "class"}
    quality = meanings(table(image=NAMES, low_quality=PROBABILITIES[:, 0], high_quality=1 - PROBABILITIES[:, 0]))
    assert quality["low_quality"] == quality["high_quality"] == "class"


@pytest.mark.parametrize("numbers", [RNG.random((30, 3)), RNG.normal(0, 4, (30, 3)), 100 * PROBABILITIES])
def test_sigmoids_logits_and_percent_are_numbers_of_classes(numbers: np.ndarray) -> None:
    found = meanings({**classes(numbers), **table(fold=np.arange(30))})
    assert [found[name] for name in ("cat", "dog", "owl", "fold")] == ["class", "class", "class", "metadata"]


@pytest.mark.parametrize(("name", "meaning"), [("uncertainty", "score"), ("label_quality", "confidence")])
def test_a_ready_made_score_is_none_of_a_class(name: str, meaning: str) -> None:
    found = meanings(table(filename=NAMES, brightness=RNG.random(30), **{name: RNG.random(30)}))
    assert found == {"filename": "filename", "brightness": "metadata", name: meaning}


def test_labels_are_recognized_by_name_and_by_being_0_or_1() -> None:
    assert meanings(table(filename=NAMES, label=np.arange(30) % 2))["label"] == "label"
    one_hot = np.eye(3, dtype=int)[np.arange(30) % 3]
    assert [meanings(classes(one_hot))[name] for name in ("cat", "dog", "owl")] == ["label"] * 3
    assert meanings(classes(one_hot.astype(float)))["cat"] == "label"


def test_the_highest_probability_beside_its_class_is_no_class() -> None:
    expected = {"filename": "filename", "prob": "ranked"}
    best = table(filename=NAMES, prob=PROBABILITIES.max(axis=1))
    assert meanings({**best, **table(label=["cat"] * 30)}) == {**expected, "label": "predicted"}
    assert meanings({**best, **table(index=np.arange(30))}) == {**expected, "index": "predicted"}


@pytest.mark.parametrize("label", ["pred_label", "pred_class"])
def test_a_predicted_class_and_its_score_are_no_two_classes(label: str) -> None:
    # As mmpretrain's analysis writes them, beside the class that is right.
    columns = {
        "filename": NAMES,
        "gt_label": np.arange(30) % 3,
        label: PROBABILITIES.argmax(axis=1),
        "pred_score": PROBABILITIES.max(axis=1),
    }
    expected = {"filename": "filename", "gt_label": "label", label: "predicted", "pred_score": "ranked"}
    assert meanings(table(**columns)) == expected


@pytest.mark.parametrize("label", ["label", "prediction"])
def test_a_probability_under_a_half_beside_0_and_1_is_that_of_class_1(label: str) -> None:
    probabilities = [0.03, 0.9, 0.4, 0.75]
    columns = table(filename=NAMES[:4], prob=probabilities, **{label: [0, 1, 0, 1]})
    assert meanings(columns)["prob"] == "class"
    # Of a third class no row may be predicted; of the more probable of two none is under a half.
    assert meanings(table(filename=NAMES[:4], prob=[0.45, 0.9, 0.4, 0.75], prediction=[0, 1, 1, 0]))["prob"] == "ranked"
    assert meanings(table(filename=NAMES[:4], prob=[0.6, 0.9, 0.7, 0.75], prediction=[0, 1, 0, 1]))["prob"] == "ranked"
    # An image with a row for each class has the probability of each.
    twice = table(filename=["a", "a", "b", "b"], confidence=[0.9, 0.1, 0.8, 0.2], class_id=[0, 1, 1, 0])
    assert meanings(twice)["confidence"] == "ranked"


def test_class_numbers_under_any_name_are_labels() -> None:
    assert meanings(table(filename=NAMES, grade=np.arange(30) % 5))["grade"] == "label"
    assert meanings(table(filename=NAMES, blur=np.arange(30) * 7))["blur"] == "class"


def test_numbers_of_things_and_sides_of_images_are_no_classes() -> None:
    columns = table(filename=NAMES, ImageWidth=[512] * 30, ImageHeight=[512] * 30, BuildingId=np.arange(30))
    assert set(meanings(columns).values()) == {"filename", "metadata"}


def test_a_label_of_fractions_is_the_probability_of_a_class() -> None:
    assert meanings(table(id=NAMES, label=PROBABILITIES[:, 0])) == {"id": "filename", "label": "class"}
    assert meanings(table(id=NAMES, label=np.arange(30) % 2))["label"] == "label"
    assert meanings(table(id=NAMES, label=np.arange(30) + 0.5))["label"] == "label"
    assert meanings(table(id=NAMES, label=np.arange(30) % 3 / 2))["label"] == "label"
    assert meanings({**classes(), **table(label=PROBABILITIES[:, 0])})["label"] == "label"


def test_a_prediction_of_fractions_is_the_probability_of_a_class() -> None:
    # What people write after the sigmoid of a Keras model, with or without the true class.
    columns = table(filename=NAMES, prediction=np.linspace(0.05, 0.95, 30))
    assert meanings(columns)["prediction"] == "class"
    truth = table(y_true=np.arange(30) % 2)
    assert meanings(columns | truth) == {"filename": "filename", "prediction": "class", "y_true": "label"}


def test_ranks_and_their_classes_are_recognized() -> None:
    descending = -np.sort(-RNG.dirichlet(np.ones(9), 30), axis=1)
    ranked = table(filename=NAMES, prob_0=descending[:, 0], prob_1=descending[:, 1], prob_2=descending[:, 2])
    assert meanings(ranked)["prob_1"] == "ranked"
    indices = table(index_0=np.arange(30), index_1=np.arange(30), index_2=np.arange(30))
    found = meanings({**ranked, **indices})
    assert (found["prob_0"], found["index_0"]) == ("ranked", "predicted")


@pytest.mark.parametrize(
    ("classes_of", "numbers_of"),
    [
        ("top{}", "top{}_prob"),
        ("top{}_class", "top{}_score"),
        ("rank_{}_label", "rank_{}_prob"),
        ("prediction_{}", "probability_{}"),
        ("label_top{}", "prob_top{}"),
    ],
)
def test_classes_and_probabilities_by_rank_are_no_classes_of_their_own(classes_of: str, numbers_of: str) -> None:
    columns = {"image": NAMES[:3]}
    for rank, number in ((1, 0.7), (2, 0.2)):
        columns |= {classes_of.format(rank): ["cat", "dog", "cat"], numbers_of.format(rank): [str(number)] * 3}
    found = meanings(columns)
    assert [found[numbers_of.format(rank)] for rank in (1, 2)] == ["ranked", "ranked"]
    assert [found[classes_of.format(rank)] for rank in (1, 2)] == ["predicted", "predicted"]


def test_classes_beside_their_probabilities_are_recognized_by_what_the_names_share() -> None:
    columns = {"image": NAMES[:2], "first_class": ["cat", "dog"], "first_prob": ["0.7", "0.5"]}
    columns |= {"second_class": ["dog", "cat"], "second_prob": ["0.2", "0.4"]}
    assert meanings(columns)["second_prob"] == "ranked"
    # Probabilities of certain classes are not always in descending order.
    assert meanings(columns | {"second_prob": ["0.2", "0.6"]})["second_prob"] == "class"


def test_the_highest_probability_alone_is_a_confidence_and_one_of_two_classes_is_a_class() -> None:
    best = np.linspace(0.4, 0.9, 30)
    assert meanings(table(filename=NAMES, prob=best))["prob"] == "confidence"
    assert meanings(table(filename=NAMES, prob=np.linspace(0, 1, 30)))["prob"] == "class"
    assert meanings(table(filename=NAMES, defect=best))["defect"] == "class"


def test_a_person_decides_otherwise() -> None:
    found = meanings(classes(RNG.random((30, 3))), owl="metadata")
    assert (found["cat"], found["owl"]) == ("class", "metadata")
    assert meanings(table(filename=NAMES, label=RNG.random(30)), label="score")["label"] == "score"
    more = meanings({**classes(), **table(fold=np.arange(30))}, fold="class")
    assert [more[name] for name in ("cat", "dog", "owl", "fold")] == ["class"] * 4


def test_a_choice_of_a_column_or_meaning_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no column 'cow' to give a meaning; the columns are 'filename', 'cat'"):
        meanings(classes(), cow="class")
    with pytest.raises(InvalidInputError, match="a column cannot mean 'animal'; use one of filename, class"):
        meanings(classes(), cat="animal")


def test_empty_columns_of_a_table_about_images_are_no_classes() -> None:
    samples = [
        sample_of_texts("ImageID", ["a", "b"]),
        sample_of_texts("Subset", ["val", "val"]),
        sample_of_texts("Author", ["", ""]),
    ]
    assert Meaning.CLASS not in {column.meaning for column in classify_columns(samples, {})}


def test_what_numbers_rows_and_annotations_is_no_class() -> None:
    samples = [
        sample_of_texts("filename", ["a.png", "b.png"]),
        sample_of_texts("id", ["27", "28"]),
        sample_of_texts("annotation_id", ["22", "21"]),
    ]
    assert [column.meaning for column in classify_columns(samples, {})] == [
        Meaning.FILENAME,
        Meaning.IGNORED,
        Meaning.METADATA,
    ]
