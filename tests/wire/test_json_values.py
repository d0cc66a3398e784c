"""JSON from strangers: what is accepted can be written again, and the rest is refused with its reason."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.exceptions import InvalidInputError
from al_core.wire.json_values import DEEPEST, parse_json

NUMBERS = st.one_of(st.floats(), st.integers(-(2**80), 2**80), st.sampled_from([2**63, 2**64, 10**400]))
VALUES = st.recursive(
    st.one_of(NUMBERS, st.text(), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
)


@given(VALUES)
def test_what_python_sends_is_read_as_what_every_parser_reads_again(value: Any) -> None:
    parsed = parse_json(json.dumps(value).encode())
    written = json.dumps(parsed, allow_nan=False)
    assert json.loads(written) == parsed
    assert parse_json(written.encode()) == parsed
    orjson.dumps(parsed)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[NaN, Infinity, -Infinity, 1e400]", [None] * 4),
        ("9223372036854775807", 2**63 - 1),
        ("18446744073709551616", float(2**64)),
        ("[NaN, 9223372036854775808, -9223372036854775809]", [None, float(2**63), -float(2**63)]),
        ("1" + "0" * 5000, None),
        ('"\\u0000"', "\0"),
        ('"\\ud83d\\ude00"', "😀"),
    ],
)
def test_numbers_that_json_does_not_have_become_the_nearest_that_it_has(text: str, value: object) -> None:
    assert parse_json(text.encode()) == value


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'"\\ud800"', b'{"\\udfff": NaN}', b'"\xff"', b"\xff\xfe[\x00]\x00", b"[1,]", b"nan", b"[" * 100_000],
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="the text is not JSON"):
        parse_json(content)


@pytest.mark.parametrize("wrap", ["[{}]", '{{"a": {}}}'])
@pytest.mark.parametrize("innermost", ["1", "NaN"])
def test_nesting_has_a_limit(wrap: str, innermost: str) -> None:
    text = innermost
    for _ in range(DEEPEST):
        text = wrap.format(text)
    parse_json(text.encode())
    with pytest.raises(InvalidInputError, match="at most 100 deep"):
        parse_json(wrap.format(text).encode())
