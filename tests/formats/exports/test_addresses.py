import pytest

from al_core.formats.exports.addresses import image_url, path_in_storage


@pytest.mark.parametrize(
    ("prefix", "url"),
    [
        ("https://host/i", "https://host/i/day%201/%23%3F%25.png"),
        ("https://host/i/", "https://host/i/day%201/%23%3F%25.png"),
        ("https://host/get?d=", "https://host/get?d=day%201/%23%3F%25.png"),
        ("s3://bucket/raw", "s3://bucket/raw/day 1/#?%.png"),
        ("", "day%201/%23%3F%25.png"),
    ],
)
def test_a_url_is_quoted_and_the_key_of_an_object_is_not(prefix: str, url: str) -> None:
    assert image_url(prefix, "day 1/#?%.png") == url


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        ("", "day/a.png"),
        ("share/raw/", "share/raw/day/a.png"),
        ("/share", "share/day/a.png"),
        ("s3://bucket", "day/a.png"),
        ("gs://bucket/raw/", "raw/day/a.png"),
        ("https://host/raw", "a.png"),
    ],
)
def test_a_storage_knows_an_image_by_its_path_behind_the_bucket(prefix: str, path: str) -> None:
    assert path_in_storage(prefix, "day/a.png") == path
