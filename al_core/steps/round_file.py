"""A round from a file: what to add, what to select and where to write it, checked before anything is done."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson

from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.formats.choices import Missing, ReadingChoices, Unannotated
from al_core.formats.exports.choices import ExportChoices
from al_core.formats.exports.writers import find_writer
from al_core.formats.files.yaml_text import parse_settings
from al_core.formats.join.report import Policy
from al_core.store.names import check_model_name, check_tag_name

_SECTIONS = ("dataset", "name", "predictions", "labels", "selection", "export")
_CHUNK_BYTES = 2**20

_PREDICTION_KEYS = (
    *("file", "model", "format", "images", "class_names", "policy"),
    *("lower_is_more", "softmax", "missing", "columns", "images_dir", "confidence_threshold"),
)
_LABEL_KEYS = ("file", "name", "format", "unannotated", "images_dir")
_EXPORT_KEYS = ("file", "format", "added_only", *(field.name for field in fields(ExportChoices)))


@dataclass(frozen=True)
class PredictionsEntry:
    """The predictions that a round begins with.

    Attributes:
        file: File or folder.
        model: Its name.
        images: Annotation file that lists the images, or None.
        class_names: File of class names, or None.
        policy: What is done with rows that cannot be used.
        choices: How the file is read.
        confidence_threshold: From which confidence on boxes count, or None for the default.
    """

    file: Path
    model: str
    images: Path | None
    class_names: Path | None
    policy: str
    choices: ReadingChoices
    confidence_threshold: float | None = None


@dataclass(frozen=True)
class LabelsEntry:
    """The labels that a round begins with: file or folder, their name, and how they are read."""

    file: Path
    name: str
    choices: ReadingChoices


@dataclass(frozen=True)
class ExportEntry:
    """The file that a round ends with: its format, where it goes, and what is in it."""

    file: Path
    format: str
    added_only: bool
    choices: ExportChoices


@dataclass(frozen=True)
class SelectionEntry:
    """What a round selects.

    Attributes:
        settings: Those of `SelectionConfig` but its name; without `n_samples` where `n_new` says how many.
        n_new: How many samples to add to those that are labeled or sent, or None.
        query: The tag to select from, or None for all samples.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    n_new: int | None = None
    query: str | None = None

    def config(self, name: str, n_chosen: int) -> SelectionConfig:
        """Return the configuration of a selection in a dataset that has so many labeled or sent samples."""
        settings = dict(self.settings)
        if self.n_new is not None:
            settings["n_samples"] = n_chosen + self.n_new
        # A seed of its own, so that a round whose machine stopped selects the same when it is run again.
        return SelectionConfig.from_json({"method": "CORAL", "n_samples": -1, "seed": 0, **settings, "name": name})


@dataclass(frozen=True)
class RoundFile:
    """A round as a file describes it.

    Attributes:
        dataset: Name or id of the dataset.
        name: Of the round: the tag of its selection.
        selection: What is selected.
        predictions: What is stored as a model before, or None.
        labels: What is stored as labels before, or None.
        export: What is written after, or None.
        digest: SHA-256 of what the file says and of the files to read.
    """

    dataset: str
    name: str
    selection: SelectionEntry
    predictions: PredictionsEntry | None
    labels: LabelsEntry | None
    export: ExportEntry | None
    digest: str


def read_round_file(path: Path) -> RoundFile:
    """Return the round that a YAML or JSON file describes; paths in it are relative to its folder.

    Raises:
        NotFoundError: If the file, or one that it names, is not there.
        InvalidInputError: Naming the key that cannot be used.
    """
    content = read_settings(path)
    _check_keys(content, _SECTIONS, "")
    folder = path.expanduser().resolve().parent
    predictions = _section(content, "predictions", _PREDICTION_KEYS, folder)
    labels = _section(content, "labels", _LABEL_KEYS, folder)
    export = _section(content, "export", _EXPORT_KEYS, folder)
    name = _text(content, "name")
    _at("name", check_tag_name, name)
    entries = (_predictions(predictions), _labels(labels, name), _export(export))
    inputs = [entry.file for entry in entries[:2] if entry]
    inputs += [path for path in (entries[0].images, entries[0].class_names) if path] if entries[0] else []
    return RoundFile(
        _text(content, "dataset"),
        name,
        read_selection_entry(content.get("selection"), "selection"),
        *entries,
        _digest(content, inputs),
    )


def read_selection_entry(content: Any, where: str) -> SelectionEntry:
    """Return what to select from plain values: the settings of `SelectionConfig`, `new` and `query`.

    Args:
        content: As YAML or JSON has it.
        where: What messages call it.

    Raises:
        InvalidInputError: Naming the key that cannot be used.

    Examples:
        >>> read_selection_entry({"method": "RANDOM", "new": 20}, "selection").config("round 1", 80).n_samples
        100
    """
    if not isinstance(content, Mapping):
        raise InvalidInputError(f"{where}: expected method, and new, n_samples or budget; found {content!r}")
    names = tuple(field.name for field in fields(SelectionConfig) if field.name != "name")
    _check_keys(content, (*names, "new", "query"), where)
    settings = {name: value for name, value in content.items() if name not in ("new", "query")}
    if "new" in content and "n_samples" in content:
        raise InvalidInputError(f"{where}.n_samples counts what is labeled, too, and {where}.new does not: give one")
    n_new = content.get("new")
    if n_new is not None and (isinstance(n_new, bool) or not isinstance(n_new, int) or n_new < 1):
        raise InvalidInputError(f"{where}.new is how many images to add, a whole number from 1, not {n_new!r}")
    for name in ("goals", "limits"):
        if not isinstance(settings.get(name, []), list):
            raise InvalidInputError(f"{where}.{name} is a list, not {settings[name]!r}")
    query = content.get("query")
    if query is not None and not isinstance(query, str):
        raise InvalidInputError(f"{where}.query is the name of a tag, not {query!r}; put it in quotes")
    entry = SelectionEntry(settings, n_new, query)
    _at(where, entry.config, "check", 0)
    return entry


def read_settings(path: Path) -> dict[str, Any]:
    """Return the content of a YAML or JSON file that has keys on top."""
    path = path.expanduser()
    try:
        content = parse_settings(path.read_bytes(), path.name)
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}; check its name") from error
    if not isinstance(content, dict):
        raise InvalidInputError(f"{path.name}: expected keys with values, such as 'dataset: animals'")
    return content


def _section(content: Mapping[str, Any], name: str, keys: tuple[str, ...], folder: Path) -> dict[str, Any] | None:
    """Return a section with its paths made absolute, or None if there is none; the file it reads must be there."""
    section = content.get(name)
    if section is None:
        return None
    if not isinstance(section, dict):
        raise InvalidInputError(f"{name}: expected keys such as 'file', found {section!r}")
    _check_keys(section, keys, name)
    section = dict(section)
    _text(section, "file", name)
    paths = ("file", "images", "images_dir", "class_names") if name != "export" else ("file",)
    for key in paths:
        if section.get(key) is None:
            continue
        section[key] = folder / Path(_text(section, key, name)).expanduser()
        present = section[key].parent if name == "export" else section[key]
        if not present.exists():
            raise NotFoundError(f"{name}.{key}: there is no {present}; correct the path")
    return section


def _predictions(section: dict[str, Any] | None) -> PredictionsEntry | None:
    if section is None:
        return None
    model = _text(section, "model", "predictions") if "model" in section else "predictions"
    _at("predictions.model", check_model_name, model)
    policy = section.get("policy", Policy.SKIP)
    return PredictionsEntry(
        section["file"],
        model,
        section.get("images"),
        section.get("class_names"),
        str(_one_of(Policy, policy, "predictions.policy")),
        ReadingChoices(
            _optional_text(section, "format", "predictions"),
            bool(_one_of_bool(section.get("lower_is_more", False), "predictions.lower_is_more")),
            None if section.get("softmax") is None else _one_of_bool(section["softmax"], "predictions.softmax"),
            _one_of(Missing, section.get("missing", Missing.UNKNOWN), "predictions.missing"),
            _columns(section.get("columns", {})),
            section.get("images_dir"),
        ),
        _optional_share(section, "confidence_threshold", "predictions"),
    )


def _labels(section: dict[str, Any] | None, name: str) -> LabelsEntry | None:
    if section is None:
        return None
    unannotated = _one_of(Unannotated, section.get("unannotated", Unannotated.OPEN), "labels.unannotated")
    choices = ReadingChoices(
        _optional_text(section, "format", "labels"), images_dir=section.get("images_dir"), unannotated=unannotated
    )
    labels_name = _text(section, "name", "labels") if "name" in section else f"labels before {name}"[:200]
    _at("labels.name", check_tag_name, labels_name)
    return LabelsEntry(section["file"], labels_name, choices)


def _export(section: dict[str, Any] | None) -> ExportEntry | None:
    if section is None:
        return None
    format = _text(section, "format", "export")
    _at("export.format", find_writer, format)
    is_added_only = _one_of_bool(section.get("added_only", True), "export.added_only")
    choices = {name: value for name, value in section.items() if name not in ("file", "format", "added_only")}
    return ExportEntry(section["file"], format, is_added_only, _at("export", lambda: ExportChoices(**choices)))


def _check_keys(content: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    unknown = next((key for key in content if key not in names), None)
    if unknown is not None:
        place = f"{where}.{unknown}" if where else str(unknown)
        raise InvalidInputError(f"{place}: there is no such key; use {', '.join(names)}")


def _text(content: Mapping[str, Any], key: str, where: str = "") -> str:
    value = content.get(key)
    place = f"{where}.{key}" if where else key
    if not isinstance(value, str) or not value:
        shown = "nothing" if value is None else repr(value)
        raise InvalidInputError(f"{place}: expected text, in quotes if it is a number; found {shown}")
    return value


def _optional_text(content: Mapping[str, Any], key: str, where: str) -> str | None:
    return _text(content, key, where) if content.get(key) is not None else None


def _optional_share(content: Mapping[str, Any], key: str, where: str) -> float | None:
    value = content.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInputError(f"{where}.{key}: expected a number from 0 to 1, found {value!r}")
    return float(value)


def _one_of(choices: Any, value: Any, place: str) -> Any:
    if value not in list(choices):
        raise InvalidInputError(f"{place}: expected one of {', '.join(choices)}, found {value!r}")
    return choices(value)


def _one_of_bool(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInputError(f"{place}: expected true or false, found {value!r}")
    return value


def _columns(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(meaning, str) for meaning in value.values()):
        raise InvalidInputError(f"predictions.columns: expected a meaning for each column, found {value!r}")
    return {str(name): meaning for name, meaning in value.items()}


def _at(place: str, check: Any, *values: Any) -> Any:
    """Return what a check returns; its errors say which key is at fault."""
    try:
        return check(*values)
    except NotFoundError as error:
        raise InvalidInputError(f"{place}: {error.args[0]}") from error
    except (InvalidInputError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{place}: {error}") from error


def _digest(content: Mapping[str, Any], inputs: list[Path]) -> str:
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS))
    for path in inputs:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(orjson.dumps(file.relative_to(path).as_posix()))
                digest.update(str(file.stat().st_size).encode())
                digest.update(b"".join(_chunk_digests(file)))
    return digest.hexdigest()


def _chunk_digests(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield hashlib.sha256(chunk).digest()
