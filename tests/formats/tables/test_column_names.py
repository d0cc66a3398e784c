import pytest

from al_core.formats.files.filename_rules import filename_rank
from al_core.formats.tables.column_names import (
    class_of_name,
    have_boxes,
    is_embedding_name,
    meaning_of_name,
    ranked_class,
)
from al_core.formats.tables.meaning import Meaning


@pytest.mark.parametrize(
    "name",
    [
        *("filename", "FileName", "file_name", "filepath", "file", "src"),
        *("image", "image_path", "img", "imgpath", "image_id", "ImageID", "Image Name"),
        *("path", "url", "uri", "id", "Id", "key", "name", "sample"),
        *("index", "", "Unnamed: 0", "__index_level_0__"),
    ],
)
def test_usual_names_of_filenames_are_known(name: str) -> None:
    assert filename_rank(name) is not None


@pytest.mark.parametrize("name", ["cat", "größe", "名前", "prob_0", "label"])
def test_names_of_classes_are_none_of_filenames(name: str) -> None:
    assert filename_rank(name) is None


@pytest.mark.parametrize(
    ("meaning", "names"),
    [
        (Meaning.SCORE, "score uncertainty uncertainty_margin entropy least_confidence novelty loss al_score"),
        (Meaning.CONFIDENCE, "confidence conf quality label_quality label_score max_prob certainty pred_score"),
        (Meaning.LABEL, "label Label target class y_true ground_truth given_label category_id"),
        (Meaning.PREDICTED, "pred prediction predicted_label y_pred argmax pred_class"),
        (Meaning.METADATA, "fold split width height inference_time is_train"),
        (Meaning.IGNORED, "index row Unnamed:_3 __index_level_1__"),
        (None, "cat dog temperature 7"),
    ],
)
def test_a_name_says_what_a_column_usually_is(meaning: Meaning | None, names: str) -> None:
    assert {name: meaning_of_name(name) for name in names.split()} == dict.fromkeys(names.split(), meaning)


def test_a_class_stands_behind_or_in_front_of_the_kind_of_its_number() -> None:
    assert class_of_name("prob_big cat") == ("prob", "big cat")
    assert class_of_name("cat_confidence") == ("confidence", "cat")
    assert class_of_name("p0") == ("p", "0")
    assert class_of_name("panda") is None


def test_columns_of_ranks_of_embeddings_and_of_boxes_are_told_by_name() -> None:
    assert (ranked_class("label_3"), ranked_class("prob_3")) == (3, None)
    assert is_embedding_name("emb_12")
    assert not is_embedding_name("cat")
    assert have_boxes(["filename", "xmin", "ymin", "xmax", "ymax", "score"])
    assert have_boxes(["filename", "bboxes"])
    assert have_boxes(["filename", "box_yxyx"])
    assert have_boxes(["filename", "detection_boxes"])
    assert not have_boxes(["filename", "left", "right", "box turtle"])
