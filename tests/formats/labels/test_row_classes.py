from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, read_labels
from al_core.formats.choices import ReadingChoices


def read(tmp_path: Path, content: str) -> Labels:
    path = tmp_path / "l.csv"
    path.write_text(content)
    return read_labels(path)


def test_a_verified_class_with_confidence_0_is_not_on_the_image(tmp_path: Path) -> None:
    rows = "a,verification,cat,1\na,verification,dog,0\nb,verification,cat,0\nc,verification,dog,1\n"
    labels = read(tmp_path, f"ImageID,Source,LabelName,Confidence\n{rows}")
    assert labels.task == "multi-label-classification"
    assert labels.filenames == ["a", "b", "c"]
    assert [labels.class_names[label] for label in labels.classes["label"]] == ["cat", "dog"]
    assert labels.classes["row"].tolist() == [0, 2]
    assert [finding.what for finding in labels.findings] == ["verified"]


def test_an_image_with_minus_one_is_open(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label\na,-1\nb,0\nc,1\n")
    assert (labels.filenames, labels.open_filenames, labels.class_names) == (["b", "c"], ["a"], ["0", "1"])
    assert "no-label" in [finding.what for finding in labels.findings]


def test_an_image_with_na_is_open_and_nothing_is_said_of_numbers(tmp_path: Path) -> None:
    labels = read(tmp_path, '"filename","label"\n"a","cat"\n"b",NA\n"c","dog"\n')
    assert (labels.filenames, labels.open_filenames, labels.class_names) == (["a", "c"], ["b"], ["cat", "dog"])
    assert [finding.what for finding in labels.findings if finding.what.startswith("no")] == ["not-available"]


def test_an_image_may_have_several_classes_in_one_cell(tmp_path: Path) -> None:
    labels = read(tmp_path, "Image Index,label\na,Edema|Hernia\nb,Hernia\nc,No Finding\n")
    assert (labels.task, labels.class_names) == ("multi-label-classification", ["Edema", "Hernia", "No Finding"])
    assert labels.classes.tolist() == [(0, 0), (0, 1), (1, 1), (2, 2)]
    names = read(tmp_path, 'filename,label\na,"garden spider, Aranea"\nb,"wolf spider, hunting spider"\n')
    assert names.class_names == ["garden spider, Aranea", "wolf spider, hunting spider"]


@pytest.mark.parametrize(
    "cells",
    [
        ["animal|dog", "animal|cat", "plant|oak"],
        ["salmon, atlantic", "salmon, pacific", "tuna, atlantic", "tuna, pacific"],
        ["u1;mammalia;puma;concolor;puma", "u2;aves;;;bird", "u3;mammalia;puma;yagouaroundi;jaguarundi"],
    ],
)
def test_the_levels_of_a_taxonomy_are_one_class(tmp_path: Path, cells: list[str]) -> None:
    rows = "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells))
    labels = read(tmp_path, f"filename,label\n{rows}")
    assert (labels.task, labels.class_names) == ("classification", sorted(cells))


def test_a_separator_at_the_end_of_a_cell_and_a_class_twice_add_nothing(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label\na,Edema|\nb,Edema|Hernia|Edema\nc,Hernia\n")
    assert (labels.class_names, labels.classes.tolist()) == (["Edema", "Hernia"], [(0, 0), (1, 0), (1, 1), (2, 1)])


def test_minus_one_beside_one_alone_is_a_class(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label\na,1\nb,-1\nc,1.0\n")
    assert labels.open_filenames == []
    assert [labels.class_names[label] for label in labels.classes["label"]] == ["1", "-1", "1"]


@pytest.mark.parametrize("of_dog", ["0", "", "low"])
def test_how_sure_somebody_was_of_the_only_class_of_an_image_changes_nothing(tmp_path: Path, of_dog: str) -> None:
    labels = read(tmp_path, f"filename,label,confidence\na,cat,1\nb,dog,{of_dog}\n")
    assert (labels.task, labels.class_names, len(labels.classes)) == ("classification", ["cat", "dog"], 2)
    assert [finding.what for finding in labels.findings] == ["scores-not-read"]


def test_scores_beside_several_classes_are_said_not_to_be_read(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label,score\na,cat|dog,0.9\nb,cat,0.8\n")
    assert [finding.what for finding in labels.findings] == ["scores-not-read", "several-classes"]


def test_a_confidence_beside_columns_of_classes_is_not_their_task(tmp_path: Path) -> None:
    rows = "filename,cat,dog,confidence\na,1,0,1\na,1,0,0\nb,0,1,0\n"
    (tmp_path / "l.csv").write_text(rows)
    assert read_labels(tmp_path / "l.csv", choices=ReadingChoices(format="csv")).task == "classification"


def test_minus_one_in_a_column_of_a_class_says_what_to_write(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("Path,No Finding,Edema\na.png,1.0,\nb.png,,-1.0\n")
    with pytest.raises(FileFormatError, match=r"'Edema': expected 0 or 1, found '-1\.0'; write 0 where -1 means that"):
        read_labels(path, choices=ReadingChoices(format="csv"))


def test_classes_of_divided_cells_stay_with_their_images(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label\na,cat|dog\nb,dog\nc,\nd,owl|cat|dog\na,cat|dog\n")
    assert (labels.filenames, labels.open_filenames) == (["a", "b", "d"], ["c"])
    names = [(row, labels.class_names[label]) for row, label in labels.classes.tolist()]
    assert names == [(0, "cat"), (0, "dog"), (1, "dog"), (2, "owl"), (2, "cat"), (2, "dog")]
