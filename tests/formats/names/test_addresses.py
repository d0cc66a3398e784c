import base64

import pytest

from al_core.formats.names.addresses import has_hash, image_name, image_of_task


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/local-files/?d=d%C3%ADa_%C3%B1.jpg", "día_ñ.jpg"),
        ("/data/upload/1/c92ad4ef-IMG_0007.JPG", "IMG_0007.JPG"),
        ("/data/upload/1/day/a.jpg", "day/a.jpg"),
        ("gs://bucket/a b.png", "bucket/a b.png"),
        ("https://host/x/a%20b.png?X-Signature=1#top", "host/x/a b.png"),
        (
            "/tasks/9/resolve/?fileuri=" + base64.urlsafe_b64encode(b"s3://bucket/day/a.png").decode(),
            "bucket/day/a.png",
        ),
        ("/tasks/9/resolve/?fileuri=*", "/tasks/9/resolve/?fileuri=*"),
        ("..\\images\\a.png", "..\\images\\a.png"),
    ],
)
def test_an_address_ends_with_the_name_of_the_image(address: str, name: str) -> None:
    assert image_name(address) == name


def test_a_name_of_the_task_is_better_than_an_address() -> None:
    assert image_of_task({"image": "/data/upload/1/c92ad4ef-a.jpg", "filename": "day/a.jpg"}) == "day/a.jpg"
    assert image_of_task({"text": "hello", "photo_of_cat": "s3://b/a.jpg"}) == "b/a.jpg"
    assert image_of_task({"text": "hello"}) is None


def test_eight_digits_are_told_from_a_name() -> None:
    assert has_hash("images/4d7be32c__a.jpg")
    assert not has_hash("frame_0.jpg")
