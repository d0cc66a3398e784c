import re
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.text import decode_utf8

MAX_YAML_BYTES = 2**20
"""A data.yaml with 10,000 classes has a fifth of this."""

# PyYAML calls itself for each level; a data.yaml has three.
_MAX_DEPTH = 50

# At most as many digits as a 64-bit integer has; longer ones stay texts.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})$")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,40}([eE][-+]?[0-9]{1,3})?|[eE][-+]?[0-9]{1,3})$")
_BOOLEAN = re.compile(r"(true|false)$")
# No file and no database can hold it.
_HALF_CHARACTER = re.compile(r"[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
_NULL = re.compile(r"(null|~|)$")


def parse_yaml(content: bytes, source: str) -> Any:
    """Return the content of a YAML file as lists and dicts of texts, each as it is written: `no` is "no", 01 is "01".

    Raises:
        FileFormatError: Naming the line of the first error; if there is more than `MAX_YAML_BYTES`, or deep nesting.
    """
    import yaml

    # Not SafeLoader: it takes numbers, dates and merge keys for what they mean, and a kilobyte of `<<` or 1:1:1… keeps
    # it busy for hours. BaseLoader knows texts, lists and dicts; an alias is the same object again, never a copy.
    return _parse(content, source, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def parse_settings(content: bytes, source: str) -> Any:
    """Return the content of a YAML or JSON file with decimal numbers, true, false and null as values, not as texts.

    Dates, `no` and 01 stay texts, as with `parse_yaml`, which has the same limits and errors. A repeated key is an
    error, too.
    """
    return _parse(content, source, _settings_loader())


@cache
def _settings_loader() -> Any:
    import yaml

    class SettingsLoader(yaml.BaseLoader):
        """BaseLoader with the scalars of JSON; a key that a section has twice is an error, as YAML says."""

        # PyYAML lets the last one win: of two lists of limits the first would not hold, without a word.
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            lines: dict[str, int] = {}
            for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
                if key.value in lines:
                    problem = f"'{key.value}' stands in line {lines[key.value]} already"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                lines[key.value] = key.start_mark.line + 1
            return super().construct_mapping(node, deep)

        # PyYAML takes escapes one by one, of which JSON has two for an emoji.
        def construct_scalar(self, node: yaml.ScalarNode) -> str:
            text: str = super().construct_scalar(node)
            return text.encode("utf-16", "surrogatepass").decode("utf-16")

    scalars: dict[str, tuple[re.Pattern[str], str | list[str], Callable[[str], object]]] = {
        "int": (_INTEGER, "-0123456789", int),
        "float": (_FRACTION, "-0123456789", float),
        "bool": (_BOOLEAN, "tf", lambda text: text == "true"),
        "null": (_NULL, ["n", "~", ""], lambda _: None),
    }
    for kind, (pattern, first, value_of) in scalars.items():
        tag = f"tag:yaml.org,2002:{kind}"
        SettingsLoader.add_implicit_resolver(tag, pattern, list(first))
        SettingsLoader.add_constructor(tag, _scalar_constructor(value_of))
    return SettingsLoader


def _scalar_constructor(value_of: Callable[[str], object]) -> Callable[[Any, Any], object]:
    return lambda loader, node: value_of(loader.construct_scalar(node))


def _parse(content: bytes, source: str, loader: Any) -> Any:
    import yaml

    if len(content) > MAX_YAML_BYTES:
        raise FileFormatError(f"{source} has {len(content):,} bytes; at most {MAX_YAML_BYTES:,} are read as YAML")
    text = decode_utf8(content, source)
    try:
        _check_events(yaml.parse(text, Loader=loader), source)
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        # What is missing at the end of the text is missed on the line after it.
        line = min(error.problem_mark.line if error.problem_mark else 0, text.rstrip("\n").count("\n")) + 1
        raise FileFormatError(f"{source}, line {line}: not YAML ({error.problem}); correct it") from error
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise FileFormatError(f"{source}, line {line}: not YAML ({error.reason}); correct it") from error


def _check_events(events: Any, source: str) -> None:
    # The loader calls itself for each level, in C without a limit; the parser does not, and can be stopped on the way.
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise FileFormatError(f"{source}, line {_line(event)}: more than {_MAX_DEPTH} levels; correct it")
        if isinstance(event, yaml.ScalarEvent) and "\0" in event.value:
            raise FileFormatError(f"{source}, line {_line(event)}: a text holds a NUL; remove it")
        if isinstance(event, yaml.ScalarEvent) and _HALF_CHARACTER.search(event.value):
            raise FileFormatError(
                f"{source}, line {_line(event)}: half of a pair of escapes from \\ud800 to \\udfff is no character; "
                "write the character itself"
            )


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
