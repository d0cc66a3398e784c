from pathlib import Path

from al_core.formats import Labels, read_labels


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


def test_an_image_may_have_several_classes_in_one_cell(tmp_path: Path) -> None:
    labels = read(tmp_path, "Image Index,label\na,Edema|Hernia\nb,Hernia\nc,No Finding\n")
    assert (labels.task, labels.class_names) == ("multi-label-classification", ["Edema", "Hernia", "No Finding"])
    assert labels.classes.tolist() == [(0, 0), (0, 1), (1, 1), (2, 2)]
    names = read(tmp_path, 'filename,label\na,"garden spider, Aranea"\nb,"wolf spider, hunting spider"\n')
    assert names.class_names == ["garden spider, Aranea", "wolf spider, hunting spider"]
