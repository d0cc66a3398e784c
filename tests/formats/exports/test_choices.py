from typing import Any

import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import ExportChoices


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"class_names": ["cat", " "]}, "the class name '' is empty"),
        ({"class_names": ["cat\ndog"]}, "control characters"),
        ({"class_names": ["cat", "cat "]}, "the class 'cat' is named twice"),
        ({"task": "tracking"}, "the task 'tracking'; use one of"),
        ({"image_prefix": "javascript:alert(1)//"}, "images cannot be at 'javascript:"),
        ({"image_prefix": "https://host/\n"}, "images cannot be at"),
        ({"image_prefix": "https:///images"}, "images cannot be at"),
        ({"min_confidence": 25.0}, "confidences lie in 0 to 1, not at 25"),
        ({"min_confidence": float("nan")}, "confidences lie in 0 to 1, not at nan"),
    ],
)
def test_a_choice_that_no_tool_can_use_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ExportChoices(**values)


@pytest.mark.parametrize(
    "prefix", ["", "photos", "photos/2024 05", "/data/upload/", "https://host:80/i?d=", "s3://b", "gs://b/f/"]
)
def test_an_address_may_be_a_url_or_a_folder(prefix: str) -> None:
    assert ExportChoices(image_prefix=prefix).image_prefix == prefix
