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
from al_core.formats.join.report import Policy
from al_core.steps.settings_file import (
    at_key,
    check_keys,
    one_of,
    optional_share,
    optional_text,
    read_settings,
    required_text,
    true_or_false,
)
from al_core.store.names import check_model_name, check_tag_name
from al_core.text import encodable

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
    check_keys(content, _SECTIONS, "")
    folder = path.expanduser().resolve().parent
    predictions = _section(content, "predictions", _PREDICTION_KEYS, folder)
    labels = _section(content, "labels", _LABEL_KEYS, folder)
    export = _section(content, "export", _EXPORT_KEYS, folder)
    name = required_text(content, "name")
    at_key("name", check_tag_name, name)
    predictions_entry = _predictions(predictions)
    labels_entry = _labels(labels, name)
    export_entry = _export(export)
    return RoundFile(
        required_text(content, "dataset"),
        name,
        read_selection_entry(content.get("selection"), "selection"),
        predictions_entry,
        labels_entry,
        export_entry,
        _digest(content, _inputs(predictions_entry, labels_entry)),
    )


def _inputs(predictions: PredictionsEntry | None, labels: LabelsEntry | None) -> list[Path]:
    """Return the files and folders that a round reads."""
    inputs: list[Path | None] = []
    if predictions:
        inputs.append(predictions.file)
    if labels:
        inputs.append(labels.file)
    if predictions:
        inputs += [predictions.images, predictions.class_names]
    return [path for path in inputs if path]


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
    check_keys(content, (*names, "new", "query"), where)
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
    # Made once now, so that a wrong setting is named before anything is done.
    at_key(where, entry.config, "check", 0)
    return entry


def _section(content: Mapping[str, Any], name: str, keys: tuple[str, ...], folder: Path) -> dict[str, Any] | None:
    """Return a section with its paths made absolute, or None if there is none; the file it reads must be there."""
    section = content.get(name)
    if section is None:
        return None
    if not isinstance(section, dict):
        raise InvalidInputError(f"{name}: expected keys such as 'file', found {section!r}")
    check_keys(section, keys, name)
    section = dict(section)
    required_text(section, "file", name)
    paths = ("file", "images", "images_dir", "class_names") if name != "export" else ("file",)
    for key in paths:
        if section.get(key) is None:
            continue
        section[key] = folder / Path(required_text(section, key, name)).expanduser()
        # The file that a round ends with is not there yet, but its folder is.
        present = section[key].parent if name == "export" else section[key]
        if not present.exists():
            raise NotFoundError(f"{name}.{key}: there is no {present}; correct the path")
    return section


def _predictions(section: dict[str, Any] | None) -> PredictionsEntry | None:
    if section is None:
        return None
    model = required_text(section, "model", "predictions") if "model" in section else "predictions"
    at_key("predictions.model", check_model_name, model)
    policy = section.get("policy", Policy.SKIP)
    return PredictionsEntry(
        section["file"],
        model,
        section.get("images"),
        section.get("class_names"),
        str(one_of(Policy, policy, "predictions.policy")),
        ReadingChoices(
            optional_text(section, "format", "predictions"),
            bool(true_or_false(section.get("lower_is_more", False), "predictions.lower_is_more")),
            None if section.get("softmax") is None else true_or_false(section["softmax"], "predictions.softmax"),
            one_of(Missing, section.get("missing", Missing.UNKNOWN), "predictions.missing"),
            _columns(section.get("columns", {})),
            section.get("images_dir"),
        ),
        optional_share(section, "confidence_threshold", "predictions"),
    )


def _labels(section: dict[str, Any] | None, name: str) -> LabelsEntry | None:
    if section is None:
        return None
    unannotated = one_of(Unannotated, section.get("unannotated", Unannotated.OPEN), "labels.unannotated")
    choices = ReadingChoices(
        optional_text(section, "format", "labels"), images_dir=section.get("images_dir"), unannotated=unannotated
    )
    # The name of a tag has 200 characters at most.
    labels_name = required_text(section, "name", "labels") if "name" in section else f"labels before {name}"[:200]
    at_key("labels.name", check_tag_name, labels_name)
    return LabelsEntry(section["file"], labels_name, choices)


def _export(section: dict[str, Any] | None) -> ExportEntry | None:
    if section is None:
        return None
    format = required_text(section, "format", "export")
    at_key("export.format", find_writer, format)
    is_added_only = true_or_false(section.get("added_only", True), "export.added_only")
    choices = {name: value for name, value in section.items() if name not in ("file", "format", "added_only")}
    return ExportEntry(section["file"], format, is_added_only, at_key("export", lambda: ExportChoices(**choices)))


def _columns(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(meaning, str) for meaning in value.values()):
        raise InvalidInputError(f"predictions.columns: expected a meaning for each column, found {value!r}")
    return {str(name): meaning for name, meaning in value.items()}


def _digest(content: Mapping[str, Any], inputs: list[Path]) -> str:
    # Sorted, so that a round whose keys were reordered is the same round. Keys of YAML may be numbers.
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    digest = hashlib.sha256(orjson.dumps(content, option=options))
    for path in inputs:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                # Name and size before the content: two files never read like one. On Linux a name may be any bytes.
                digest.update(orjson.dumps(encodable(file.relative_to(path).as_posix())))
                digest.update(str(file.stat().st_size).encode())
                digest.update(b"".join(_chunk_digests(file)))
    return digest.hexdigest()


def _chunk_digests(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield hashlib.sha256(chunk).digest()
