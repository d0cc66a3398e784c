from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.text import decode_utf8

MAX_YAML_BYTES = 2**20
"""A data.yaml with 10,000 classes has a fifth of this."""

_MAX_DEPTH = 50


def parse_yaml(content: bytes, source: str) -> Any:
    """Return the content of a YAML file as lists and dicts of texts, each as it is written: `no` is "no", 01 is "01".

    Raises:
        FileFormatError: Naming the line of the first error; if there is more than `MAX_YAML_BYTES`, or deep nesting.
    """
    import yaml

    if len(content) > MAX_YAML_BYTES:
        raise FileFormatError(f"{source} has {len(content):,} bytes; at most {MAX_YAML_BYTES:,} are read as YAML")
    text = decode_utf8(content, source)
    # Not SafeLoader: it takes numbers, dates and merge keys for what they mean, and a kilobyte of `<<` or 1:1:1… keeps
    # it busy for hours. BaseLoader knows texts, lists and dicts; an alias is the same object again, never a copy.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _check_depth(yaml.parse(text, Loader=loader), source)
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        # What is missing at the end of the text is missed on the line after it.
        line = min(error.problem_mark.line if error.problem_mark else 0, text.rstrip("\n").count("\n")) + 1
        raise FileFormatError(f"{source}, line {line}: not YAML ({error.problem}); correct it") from error
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise FileFormatError(f"{source}, line {line}: not YAML ({error.reason}); correct it") from error


def _check_depth(events: Any, source: str) -> None:
    # The loader calls itself for each level, in C without a limit; the parser does not, and can be stopped on the way.
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            line = event.start_mark.line + 1
            raise FileFormatError(f"{source}, line {line}: more than {_MAX_DEPTH} levels; names needs two")
