"""What pages say to people: notices, errors as sentences, and names that strangers chose."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st

from al_core.exceptions import ALCoreError
from ui.session import Key

NO_BREAK = "\u00a0"
ACTIVE = re.compile(r"[\\`*_{}\[\]<>#+!|$~:&]")
# Turns the text after it around: cat[U+202E]gnp.exe would be read as catexe.png.
DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A number stays in one line with its unit, and an amount with its currency.
UNIT = re.compile(r"(?<=\d) (?=(?:bytes|kB|MB|GB|TB|px|ms|s|min|h|%|points?)(?!\w))|(?<=[€$£¥]) (?=\d)")
# Only at its start do these make a text a list, a rule, or the underline of a heading.
BLOCK_START = re.compile(r"^(?=[-=])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")


def plain(text: str) -> str:
    r"""Return a text for Streamlit to show as it is, none of its characters acting as Markdown or HTML.

    Every name goes through it: filenames, tags, scores, classes and columns come from files of strangers, and an
    image in Markdown would be fetched from another host.

    Examples:
        >>> print(plain("![x](http://a.b/c)"))
        \!\[x\](http\://a.b/c)
        >>> print(plain("- loss__mean"))
        \- loss\_\_mean
        >>> print(plain("cat\u202egnp.exe"))
        cat\[U\+202E\]gnp.exe
    """
    # Lines and indents make Markdown's blocks.
    return BLOCK_START.sub(r"\\", ACTIVE.sub(r"\\\g<0>", UNIT.sub(NO_BREAK, one_line(text))))


def one_line(text: str) -> str:
    """Return a text as one line that reads from left to right, for where nothing is Markdown."""
    return DIRECTION.sub(lambda match: f"[U+{ord(match[0]):04X}]", " ".join(text.split()))


def plain_html(text: str) -> str:
    r"""Return what `plain` returns, for HTML: as the content of an element or as an attribute in quotes.

    Examples:
        >>> plain_html('<b>"cat\u202egnp.exe"')
        '&lt;b&gt;&quot;cat[U+202E]gnp.exe&quot;'
    """
    return escape(one_line(text))


def code_name(text: str) -> str:
    r"""Return a name as Markdown shows code, for what scripts call something.

    Examples:
        >>> print(code_name("loss__mean"), code_name("a`b"))
        `loss__mean` `` a`b ``
    """
    line = one_line(text)
    longest = max((len(ticks) for ticks in re.findall("`+", line)), default=0)
    # Only as many backticks as open it end it.
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def plain_list(texts: list[str]) -> str:
    """Return a Markdown list with each text as it is."""
    return "\n".join(f"- {plain(text)}" for text in texts)


def notify(message: str) -> None:
    """Show a message after the next rerun."""
    st.session_state[Key.NOTICE] = message


def show_notice() -> None:
    """Show the message that the last run left, once."""
    message = st.session_state.pop(Key.NOTICE, None)
    if message:
        st.toast(plain(message), icon=":material/check_circle:")


def show_error(sentence: str) -> None:
    """Show why something failed."""
    st.error(plain(sentence), icon=":material/error:")


@contextmanager
def errors_explained() -> Iterator[None]:
    """Show an error of al_core as its sentence and carry on with the page."""
    try:
        yield
    # `st.rerun` and `st.stop` inside raise errors of Streamlit, which pass.
    except ALCoreError as error:
        show_error(str(error))
