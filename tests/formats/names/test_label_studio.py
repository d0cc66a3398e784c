import pytest

from al_core.formats.names.label_studio import task_filename


@pytest.mark.parametrize(
    ("values", "filename"),
    [
        ({"image": "/data/upload/12/a/1.jpg"}, "a/1.jpg"),
        ({"image": "/data/local-files/?d=digits/a%20b.png"}, "digits/a b.png"),
        ({"image": "gs://bucket/a/1.jpg"}, "a/1.jpg"),
        ({"image": "a/1?.jpg"}, "a/1?.jpg"),
        ({"image": "C:/images/1.jpg"}, "C:/images/1.jpg"),
        ({"note": "see b", "picture": "b.tif", "id": 7}, "b.tif"),
        ({"image": "https://[", "text": "none"}, ""),
        ({}, ""),
    ],
)
def test_the_filename_of_a_task_is_the_path_of_its_image(values: dict[str, object], filename: str) -> None:
    assert task_filename(values) == filename
