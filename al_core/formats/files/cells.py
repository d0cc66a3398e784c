"""CSV cells that no spreadsheet takes for a formula, and the way back."""

import re

# The full-width forms are formulas to a spreadsheet in East Asian locales (OWASP, CSV Injection).
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")
_ESCAPED = re.compile("'+[=+\\-@\t\r＝＋－＠]")


def escape_cell(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would run it as a formula.

    Examples:
        >>> escape_cell("=1+1.png"), escape_cell("cat.png")
        ("'=1+1.png", 'cat.png')
    """
    # Text that already starts with an apostrophe and a sign gets one more: only so does every escape have one way back.
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_cell(text: str) -> str:
    """Return the text that `escape_cell` was given.

    Examples:
        >>> unescape_cell("'=1+1.png"), unescape_cell("'quoted'.png")
        ('=1+1.png', "'quoted'.png")
    """
    return text[1:] if _ESCAPED.match(text) else text
