"""Texts that are not UTF-8 with line feeds: UTF-16, Windows-1252, and lines that end as on old Macs."""

import codecs
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.remarks import remark
from al_core.formats.files.text import BOM, looks_like_text
from al_core.formats.files.unpacking import BLOCK_BYTES, blocks_of, write_blocks

_UTF8 = "utf-8"
_WESTERN = "cp1252"
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The longer marks first: that of UTF-32 begins as that of UTF-16 does."""

_HIGH_RUN = re.compile(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?")
_MAX_RUNS = 10_000
_PLAIN_LETTERS = string.ascii_letters.encode()
_WESTERN_SIGNS = frozenset("°€£§–—‘’“”·ºª«»¿¡…™®©±²³µ¼½¾×\xa0")
_MAX_ACCENTS = 2
_MIN_SHARE_OF_ACCENTS = 0.5
"""In Western texts one or two accented letters stand next to plain ones, as in größe. The letters of East Asian
encodings and of Cyrillic come in longer runs, or by themselves."""


def needs_recoding(path: Path, head: bytes) -> bool:
    """Return whether a text has to be written again as UTF-8 with line feeds."""
    stat = path.stat()
    return _encoding(path, head) != _UTF8 or _has_only_returns(head, stat.st_size)


def recode(path: Path, folder: Path) -> Path:
    """Return the text as UTF-8 with line feeds.

    Raises:
        FileFormatError: If it is not in the encoding that it begins in.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    encoding = _encoding(path, head)
    if encoding == _WESTERN:
        remark("encoding", "The file is not UTF-8 and was read as Windows-1252 (Latin-1)")
    noun = f"text in {encoding.upper()}"
    with file_damage_explained(path.name, noun, (UnicodeError,), "save it as UTF-8"), path.open("rb") as stream:
        texts = _decoded(blocks_of(stream), encoding)
        if _has_only_returns(head, path.stat().st_size):
            texts = (text.replace("\r", "\n") for text in texts)
        return write_blocks((text.encode() for text in texts), folder / path.name, path)


def _decoded(blocks: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for block in blocks:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _encoding(path: Path, head: bytes) -> str:
    """Return the encoding of a text by evidence; UTF-8 if there is none for another, or it is not a text."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    wide = _wide_without_mark(head)
    if wide:
        return wide
    if not looks_like_text(head) or head.startswith(BOM):
        return _UTF8
    stat = path.stat()
    return _WESTERN if _is_western(path, stat.st_mtime_ns, stat.st_size) else _UTF8


def _wide_without_mark(head: bytes) -> str | None:
    # In text of Latin letters every other byte is 0.
    even = head[0:256:2]
    odd = head[1:256:2]
    if len(odd) < 8 or not (any(even) or any(odd)):
        return None
    if not any(odd) and _is_mostly_ascii(even):
        return "utf-16-le"
    if not any(even) and _is_mostly_ascii(odd):
        return "utf-16-be"
    return None


def _is_mostly_ascii(content: bytes) -> bool:
    n_printed = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in content)
    return all(content) and n_printed > len(content) // 2


@lru_cache(maxsize=4)
def _is_western(path: Path, changed_at: int, n_bytes: int) -> bool:
    """Return whether a text is not UTF-8 anywhere, and its bytes are letters in Windows-1252."""
    runs = _runs_unless_utf8(path)
    if not runs or any(map(_is_utf8, runs)):
        return False
    n_accents = sum(map(_has_accent, runs))
    return n_accents >= _MIN_SHARE_OF_ACCENTS * len(runs) and all(map(_is_western_text, runs))


def _has_accent(run: bytes) -> bool:
    n_high = len(run.strip(_PLAIN_LETTERS))
    return n_high <= _MAX_ACCENTS and n_high < len(run)


def _runs_unless_utf8(path: Path) -> list[bytes]:
    """Return the bytes above 127 of a text with a plain letter beside them, or none if all of it is UTF-8."""
    decoder = codecs.getincrementaldecoder(_UTF8)()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK_BYTES):
                # Most files hold nothing else, and a look at them takes a tenth of decoding them.
                is_plain = block.isascii() and not decoder.getstate()[0]
                if not is_plain:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            runs: list[bytes] = []
            while len(runs) < _MAX_RUNS and (block := file.read(BLOCK_BYTES)):
                runs += _HIGH_RUN.findall(block)
            return runs
    return []


def _is_utf8(run: bytes) -> bool:
    try:
        run.strip(_PLAIN_LETTERS).decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_western_text(run: bytes) -> bool:
    try:
        text = run.decode(_WESTERN)
    except UnicodeDecodeError:
        return False
    return all(unicodedata.category(letter)[0] == "L" or letter in _WESTERN_SIGNS for letter in text)


def _has_only_returns(head: bytes, n_bytes: int) -> bool:
    # JSON reads them as blanks already.
    is_table = looks_like_text(head) and head.lstrip()[:1] not in (b"{", b"[", b"<")
    # A return at the end of what is seen may be half of a line end of Windows.
    seen = head[:-1] if n_bytes > len(head) else head
    return is_table and b"\r" in seen and b"\n" not in head
