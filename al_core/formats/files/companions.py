"""Files that lie beside predictions or labels and are neither: what each is, and what to drop with it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.text import BOM, looks_like_text

_ENDINGS = "jpe?g|png|webp|bmp|tiff?|gif"
_FILENAMES = re.compile(rf"[^,;\t]{{1,4096}}\.(?:{_ENDINGS})", re.IGNORECASE)
_HEAD_BYTES = 4096
"""A file of which so much is given may go on behind it."""

_MAX_STEM = 64
_STEMS = re.compile(rf"[\w.\-/]{{1,{_MAX_STEM}}}(?: {{1,2}}-?[01])?")
"""Of Pascal VOC's ImageSets: the name of an image without its suffix, perhaps with 1 or -1 for a class."""

_NUMBERED = r'"[^"]{1,99}"\s*:\s*\d+'
"""A class and its number. A record may begin with one such entry, its id, and hardly with two."""


@dataclass(frozen=True)
class Companion:
    """One kind of file that belongs to others.

    Attributes:
        name: What it is, with its article.
        recognizes: From the path and the first bytes, whether a file is of this kind; the readers are asked before.
        remedy: What to do, as an imperative.
    """

    name: str
    recognizes: Callable[[Path, bytes], bool]
    remedy: str


def companion_of(path: Path, head: bytes, noun: str) -> str | None:
    """Return what a file is and what to drop with it, as it goes on after "x is", or None if it is no companion.

    Args:
        path: A file that no reader takes.
        head: Its first bytes.
        noun: What was looked for: predictions or labels.

    Examples:
        >>> companion_of(Path("classes.txt"), b"cat", "labels")
        'a file of class names and holds no labels; drop it together with the files that it names the classes of'
    """
    for kind in COMPANIONS:
        if kind.recognizes(path, head):
            return f"{kind.name} and holds no {noun}; {kind.remedy}"
    return None


def _named(*names: str) -> Callable[[Path, bytes], bool]:
    return lambda path, head: path.name.lower() in names


def _ends_with(*suffixes: str) -> Callable[[Path, bytes], bool]:
    return lambda path, head: path.suffix.lower() in suffixes


def _has_keys(*keys: str) -> Callable[[Path, bytes], bool]:
    return lambda path, head: path.suffix.lower() in (".json", ".ipynb") and json_keys(path, head) >= set(keys)


def _any_of(*tests: Callable[[Path, bytes], bool]) -> Callable[[Path, bytes], bool]:
    return lambda path, head: any(test(path, head) for test in tests)


def _begins(pattern: str) -> Callable[[Path, bytes], bool]:
    start = re.compile(pattern, re.IGNORECASE)
    return lambda path, head: bool(start.match(_text(path, head)))


def _lines_are(line: re.Pattern[str]) -> Callable[[Path, bytes], bool]:
    def recognizes(path: Path, head: bytes) -> bool:
        lines = _text(path, head).splitlines()
        if len(head) >= _HEAD_BYTES:
            # The last line of a longer file is cut.
            lines = lines[:-1]
        return path.suffix.lower() == ".txt" and _all_match(line, lines)

    return recognizes


def _all_match(line: re.Pattern[str], lines: Iterable[str]) -> bool:
    filled = [text.strip() for text in lines if text.strip()]
    # One line may be anything.
    return len(filled) > 1 and all(line.fullmatch(text) for text in filled)


def _text(path: Path, head: bytes) -> str:
    is_text = not path.is_dir() and looks_like_text(head)
    return head.removeprefix(BOM).decode(errors="replace").lstrip() if is_text else ""


_WITH_OTHERS = "drop it together with the files that it names the classes of"

COMPANIONS = (
    Companion(
        "the settings of a training run",
        _any_of(_named("args.yaml", "hyp.yaml", "opt.yaml"), _begins(r"(?:task|mode|model): \S+\n(?:.*\n)*?epochs:")),
        "drop what the model predicted, such as the folder labels or predictions.json",
    ),
    Companion(
        "a log",
        _any_of(_ends_with(".log"), lambda path, head: path.name.startswith("events.out.tf")),
        "drop what the model predicted",
    ),
    Companion(
        "the settings of a YOLO data set (Darknet)",
        _any_of(_named("obj.data"), _begins(r"classes *= *\d+\s")),
        "drop the folder or zip with its text files",
    ),
    Companion(
        "the schema of a Lightly prediction folder",
        _has_keys("task_type", "categories"),
        "drop the whole folder, as a folder or zip",
    ),
    Companion(
        "the description of a FiftyOne dataset",
        _has_keys("media_type", "sample_fields"),
        "drop the whole folder, or samples.json",
    ),
    Companion(
        "part of the backup of a CVAT task",
        _any_of(_has_keys("jobs", "shapes", "frame"), _has_keys("status", "subset", "jobs")),
        "export the task as a dataset, in the format CVAT for images 1.1",
    ),
    Companion(
        "the configuration of a Hugging Face model",
        _has_keys("architectures", "model_type"),
        "its class names (id2label) are read when it is dropped together with the predictions",
    ),
    Companion("a notebook", _has_keys("cells", "nbformat"), "drop the file that it writes"),
    Companion("a Python program", _ends_with(".py"), "drop the file that it writes"),
    Companion(
        "a model",
        _ends_with(".onnx", ".tflite", ".engine", ".weights", ".mlmodel", ".pb", ".keras"),
        "run it and drop what it predicts",
    ),
    Companion(
        "a list of the classes of images by their filename",
        _begins(rf'\{{\s*"[^"]{{1,999}}\.(?:{_ENDINGS})"\s*:\s*\d+\s*[,}}]'),
        "write a table with one row per image (filename, and a column of probabilities for each class) as CSV",
    ),
    Companion(
        "a file of class names",
        _any_of(
            _ends_with(".yaml", ".yml", ".names", ".labels", ".pbtxt"),
            _named("classes.txt", "labels.txt", "labelmap.txt", "class_names.txt", "names.txt", "categories.txt"),
            _begins(r"<View[ >]"),
            _begins(rf'\{{\s*"0"\s*:\s*\[?\s*"|\{{\s*"id2label"|\{{\s*{_NUMBERED}\s*(?:\}}|,\s*{_NUMBERED}\s*[,}}])'),
        ),
        _WITH_OTHERS,
    ),
    Companion(
        "a list of names",
        _begins(r'\[\s*"[^"]*"\s*[,\]]'),
        "if these are class names, drop it together with the predictions that it names the classes of",
    ),
    Companion(
        "a list of the sizes of images",
        _any_of(_ends_with(".meta"), _begins(r"# *<?image name>? <?height>? <?width>?")),
        "drop the folder that it is in",
    ),
    Companion(
        "a hierarchy of class names (Open Images)", _has_keys("LabelName", "Subcategory"), "drop the table of boxes"
    ),
    Companion(
        "a text for people",
        _any_of(_ends_with(".md", ".rst", ".license"), _begins("readme")),
        "drop the files beside it",
    ),
    Companion(
        "a list of filenames",
        _lines_are(_FILENAMES),
        "drop it together with the folder of text files, or use it on the Tags page",
    ),
    Companion(
        "a list of names without suffixes, as Pascal VOC has in ImageSets",
        _lines_are(_STEMS),
        "drop the folder that Annotations and ImageSets are in; if these are class names, drop it together with the "
        "files that it names the classes of",
    ),
)
"""Every kind, in the order in which they are tried."""
