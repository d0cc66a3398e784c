"""Every page looks as in its reference picture; after a change on purpose, `python -m tests.e2e.screenshots`."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from tests.e2e.screenshots import (
    MOST_DIFFERENT,
    PAGES,
    REFERENCES,
    SCHEMES,
    SIZES,
    difference,
    picture_like,
    views,
)
from tests.e2e.server import ROOT, running_app
from tests.patience import PATIENCE

DIFFERENCES = ROOT / ".screenshots"


def test_every_page_looks_as_in_its_reference(browser: Browser, tmp_path: Path) -> None:
    different: dict[str, str] = {}
    with running_app(tmp_path) as address:
        for name, page in views(browser, address):
            with Image.open(REFERENCES / f"{name}.png") as reference:
                # What comes in late is waited for, until something is certain to be different.
                share, current, marked = picture_like(page, reference, PATIENCE if not different else 0)
            if share > MOST_DIFFERENT:
                DIFFERENCES.mkdir(exist_ok=True)
                current.save(DIFFERENCES / f"{name}.png")
                marked.save(DIFFERENCES / f"{name}-difference.png")
                different[name] = f"{share:.2%}"
    assert different == {}, f"see {DIFFERENCES}; if they are right: python -m tests.e2e.screenshots"


def test_there_is_a_reference_for_each_page_theme_and_width() -> None:
    names = {f"{page}-{scheme}-{width}" for page in PAGES for scheme in SCHEMES for width in SIZES}
    assert {path.stem for path in REFERENCES.glob("*.png")} == names


@pytest.mark.parametrize(("side", "is_seen"), [(3, False), (60, True)])
def test_a_missing_button_is_a_difference_and_a_stray_pixel_is_none(side: int, is_seen: bool) -> None:
    reference = Image.new("RGB", (390, 844), "white")
    current = reference.copy()
    ImageDraw.Draw(current).rectangle((50, 50, 50 + side, 50 + side), fill="black")
    share, _ = difference(reference, current)
    assert (share > MOST_DIFFERENT) is is_seen
