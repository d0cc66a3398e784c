"""Names that strangers chose act on no page: not as Markdown, not as HTML, not as the key of a widget."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from google.protobuf.message import Message
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from al_core.store import Dataset, Workspace
from tests.pages.conftest import Open, table_of
from tests.pages.hostile import FILENAMES, FORMULA, HTML, IMAGE, LINK, build_hostile_dataset
from ui.dialogs import OpenDialog
from ui.explore.gallery import PAGE_KEY
from ui.messages import DIRECTION
from ui.session import Key, key_of

PAGES = ["datasets", "predictions", "explore", "select", "compare", "rounds", "tags"]
# Fields that Streamlit draws as Markdown; options of a select box, for one, are drawn as they are.
MARKDOWN_FIELDS = {"body", "label", "help", "title", "text", "captions"}
# The words of the glossary are buttons, which open popovers of the browser.
OUR_TAGS = {"style", "div", "span", "img", "p", "b", "br", "a", "button"}
OUR_PAGES = {"/v1/docs"}


@pytest.fixture
def hostile(workspace: Workspace) -> Dataset:
    """Samples whose filenames, classes, scores, columns and tags all try to act."""
    return build_hostile_dataset(workspace)


def markdown_texts(message: Message, field: str = "") -> Iterator[str]:
    """Every text in an element that is drawn as Markdown."""
    if message.DESCRIPTOR.name == "Html":
        return
    for descriptor, value in message.ListFields():
        items: list[Any] = list(value) if descriptor.is_repeated else [value]
        for item in items:
            if isinstance(item, Message):
                yield from markdown_texts(item, descriptor.name)
            elif isinstance(item, str) and descriptor.name in MARKDOWN_FIELDS:
                yield item


def elements(app: AppTest) -> list[Message]:
    return [node.proto for node in app._tree if isinstance(getattr(node, "proto", None), Message)]


def acting(text: str) -> list[str]:
    """What of a Markdown text would load an image, follow a link, or be HTML."""
    tokens = [child for token in MarkdownIt().parse(text) for child in [token, *(token.children or [])]]
    return [text for token in tokens if token.type in ("image", "link_open", "html_inline", "html_block")]


class Tags(HTMLParser):
    """Which tags an HTML text has, which addresses it loads, and what people read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += "".join(value or "" for _, value in attrs)
        self.addresses |= {value or "" for name, value in attrs if name in ("src", "href")}

    def handle_data(self, data: str) -> None:
        self.text += data


def check(app: AppTest) -> None:
    messages = elements(app)
    assert len(messages) > 5
    assert [problem for message in messages for text in markdown_texts(message) for problem in acting(text)] == []
    for message in messages:
        if message.DESCRIPTOR.name == "Html":
            parsed = Tags()
            parsed.feed(str(getattr(message, "body", "")))
            assert parsed.tags <= OUR_TAGS
            assert not DIRECTION.search(parsed.text)
            assert all(address.startswith("/images/") for address in parsed.addresses - OUR_PAGES)


def test_the_check_itself_sees_what_acts() -> None:
    assert acting(IMAGE)
    assert acting(LINK)
    assert acting(f"hello {HTML}")
    assert not acting("a :material/check: **bold** text")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_hostile_names_as_they_are(hostile: Dataset, open_page: Open, page: str) -> None:
    app = open_page(page)
    assert not app.error
    # Its button writes a CSV file, in which a name may be a formula.
    assert not app.dataframe
    check(app)


def test_the_images_with_the_highest_scores_are_listed_with_all_their_scores(hostile: Dataset, open_page: Open) -> None:
    table = table_of(open_page("predictions"), "Images with the highest scores")
    assert f"{FORMULA}.png" in table["Filename"]
    assert FORMULA in table


def test_a_sample_shows_hostile_names_as_they_are(hostile: Dataset, open_page: Open) -> None:
    app = open_page("explore")
    for row in range(len(FILENAMES)):
        app.session_state[Key.DIALOG] = OpenDialog(key_of(PAGE_KEY, hostile.id), row)
        app.run()
        assert any(caption.value.startswith(f"Row {row}, counted from 0") for caption in app.caption)
        check(app)


def test_a_column_named_like_another_filter_has_a_separate_filter(hostile: Dataset, open_page: Open) -> None:
    from al_core.explore.filters import Filters, Range
    from ui.explore.filters import filters_key

    app = open_page("explore")
    app.session_state[filters_key(hostile)] = Filters({"tags": Range(low=0.8)}, tags=("a:smile: __b__",))
    app.run()
    assert any(text.value == "**0** of 6 images" for text in app.markdown)
    check(app)
