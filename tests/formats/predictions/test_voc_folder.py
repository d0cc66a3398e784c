from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions, recognize
from al_core.formats.predictions.predictions import Predictions


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


VOC = """<annotation><filename>a.jpg</filename>
<size><width>100</width><height>50</height></size><object><name>cat</name>
<score>0.5</score><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>30</xmax><ymax>20</ymax></bndbox></object></annotation>"""


def voc(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "voc"
    path.mkdir()
    (path / "a.xml").write_text(text)
    return path


def test_voc_xml_has_names_sizes_and_scores(tmp_path: Path) -> None:
    predictions = read_predictions(voc(tmp_path, VOC))
    assert (predictions.filenames, predictions.class_names) == (["a.jpg"], ["cat"])
    assert found(predictions, 0) == [([0.1, 0.2, 0.3, 0.4], 0.5, 0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (VOC[:90], r"voc/a\.xml is not XML"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>" + VOC, r"voc/a\.xml declares a document type, which is not read"),
        (
            VOC.replace("score", "points"),
            r"voc/a\.xml: an object has no <score> or <confidence>; without .* add them as labels",
        ),
        (VOC.replace("<xmin>10", "<xmin>ten"), r"voc/a\.xml: <xmin> is 'ten', expected a number"),
        (VOC.replace("bndbox", "box"), r"voc/a\.xml: an object has no <bndbox>; add it"),
    ],
)
def test_a_bad_voc_file_is_refused_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(voc(tmp_path, text))


def test_one_file_with_scores_is_read_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(VOC)
    assert recognize(path) == "voc"
    assert read_predictions(path).filenames == ["a.jpg"]


def test_what_cvat_writes_is_no_pascal_voc(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text("<annotations><image name='a.jpg'/></annotations>")
    with pytest.raises(FileFormatError, match=r"is CVAT's XML .* add it as labels"):
        read_predictions(tmp_path)
