import pytest
from markdown_it import MarkdownIt

from ui.messages import plain, plain_list
from ui.session import key_of

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@pytest.mark.parametrize(
    "name",
    [
        "![i](http://a.example/i.png)",
        "**bold** __bold__ ~~gone~~ `code`",
        "<b>bold</b> &lt; &amp;",
        "# heading",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "===",
        "---",
        "> quote",
        ":smile: :red[x] $x^2$",
        PUNCTUATION,
    ],
)
def test_a_name_is_rendered_as_its_own_characters(name: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["strikethrough"]).parse(plain(name))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {token.type for token in children} <= {"text", "text_special"}
    assert "".join(token.content for token in children) == name


@pytest.mark.parametrize("name", ["a\n\n# b", "a\n===", "\ta", "    a", "a\r\nb"])
def test_lines_and_indents_make_no_blocks(name: str) -> None:
    tokens = MarkdownIt().parse(plain(name))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("spent € 2.40, 1.5 MB of 3 bytes", "spent €\u00a02.40, 1.5\u00a0MB of 3\u00a0bytes"),
        ("at 95 %, 2 h 3 min", "at 95\u00a0%, 2\u00a0h 3\u00a0min"),
        ("3 samples, 2 minutes", "3 samples, 2 minutes"),
    ],
)
def test_no_line_breaks_between_a_number_and_its_unit(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_list_has_one_item_for_each_text() -> None:
    tokens = MarkdownIt().parse(plain_list(["- a", "1. b\nc"]))
    assert [token.type for token in tokens].count("list_item_open") == 2
    assert [token.type for token in tokens].count("bullet_list_open") == 1


def test_no_name_puts_two_underscores_into_a_key_and_two_names_have_two_keys() -> None:
    keys = [key_of("histogram", name) for name in ("loss__mean", "loss_mean", "\udc80", "")]
    assert len(set(keys)) == 4
    assert not any("__" in key for key in keys)
