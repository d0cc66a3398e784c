"""Several files that belong together: which holds the predictions, which the images, which the class names."""

import mmap
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.content import check_no_foreign
from al_core.formats.files.envelope import reads_envelopes, unwrapped
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.reader import check_file, choose
from al_core.formats.files.text import BOM
from al_core.formats.names.class_names import CLASS_NAME_SUFFIXES, read_class_names
from al_core.formats.predictions.class_table import read_class_table
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scale import on_probability_scale
from al_core.formats.predictions.scores import SCORE_READERS, ScoreTable
from al_core.formats.readers import PREDICTION_READERS, read_contents, what_else
from al_core.formats.tables.csv_source import CsvTable
from al_core.types import Progress

SCORES = "scores"
"""The format name of ready-made scores, beside those of `PREDICTION_READERS`."""

_NAME_SUFFIXES = [suffix for suffix in CLASS_NAME_SUFFIXES if suffix != ".json"]

_BESIDE_RESULTS = (".pth", ".pt", ".pkl", ".pickle", ".log", ".ckpt")

_MAX_FILES_OF_A_TOOL = 20
"""A folder of more files has one per image, and looking into all of them would take long."""

_ONE_PER_IMAGE = (".txt", ".xml", ".npy", ".json")

_IMAGES = re.compile(rb'"images"\s*:\s*\[')
_NAMES = re.compile(rb'\s*\[\s*"')
"""A list of texts; predictions are lists of numbers or objects."""

_SCORE = re.compile(rb'"score"\s*:')


@dataclass(frozen=True)
class PredictionFiles:
    """Files that belong together.

    Attributes:
        predictions: The file or folder with the predictions.
        images: Names and sizes of the images, for a format with a `companion`.
        class_names: One class name per line, for predictions that do not name theirs.
    """

    predictions: Path
    images: Path | None = None
    class_names: Path | None = None

    def completed(self) -> "PredictionFiles":
        """Return the same, of a folder with one file of COCO results that file, as Detectron2 and MMDetection write it.

        The annotation file in the folder belongs to it if it is the only one there.
        """
        if not self.predictions.is_dir():
            return self
        results, images = _results_in_folder(self.predictions)
        return replace(self, predictions=results, images=self.images or images)


def assign_roles(paths: Sequence[Path]) -> PredictionFiles:
    """Return what each file is for; many files of one kind in one folder are read as that folder.

    A folder with one file of COCO results is that file, with the annotation file beside it.

    Raises:
        FileFormatError: If two files could be the predictions.
        NotFoundError: If one of them is not there.
    """
    if len(paths) == 1:
        return PredictionFiles(paths[0]).completed()
    images = [path for path in paths if _describes_images(path)]
    names = [path for path in paths if path not in images and _names_classes(path)]
    others = [path for path in paths if path not in images and path not in names]
    # Tools write checkpoints and pickles of the same results beside them.
    main = [path for path in others if path.suffix.lower() not in _BESIDE_RESULTS] or others
    if not main and len(images) == 1:
        # An annotation file that holds its results too.
        main = images
        images = []
    if len(main) == 1 and len(images) <= 1 and len(names) <= 1:
        return PredictionFiles(main[0], next(iter(images), None), next(iter(names), None))
    folders = {path.parent for path in paths}
    if len(folders) == 1 and any(path.suffix.lower() in _ONE_PER_IMAGE for path in paths):
        return PredictionFiles(folders.pop())
    names_shown = ", ".join(path.name for path in paths[:10])
    raise FileFormatError(
        f"cannot tell which of {names_shown} holds the predictions; give one file, with at most one file about the "
        "images and one of class names, or a folder with one file per image"
    )


def _names_classes(path: Path) -> bool:
    """Return whether a file can only be one of class names."""
    if path.suffix.lower() != ".json":
        return path.suffix.lower() in _NAME_SUFFIXES
    head = check_file(path)
    return "id2label" in json_keys(path, head) or bool(_NAMES.match(head))


def _results_in_folder(folder: Path) -> tuple[Path, Path | None]:
    """Return the only file of results in a folder and the only annotation file; without one of results, the folder."""
    entries = list(islice(folder.iterdir(), _MAX_FILES_OF_A_TOOL + 1))
    if len(entries) > _MAX_FILES_OF_A_TOOL or not all(entry.is_file() for entry in entries):
        return folder, None
    of_json = sorted(entry for entry in entries if entry.suffix.lower() == ".json")
    results = [path for path in of_json if _are_results(path)]
    if len(results) != 1:
        return folder, None
    images = [path for path in of_json if path not in results and _begins_as_annotations(path)]
    return results[0], images[0] if len(images) == 1 else None


def _are_results(path: Path) -> bool:
    # A file per image has no image_id.
    head = check_file(path).removeprefix(BOM).lstrip()
    return head.startswith(b"[") and b'"image_id"' in head and b'"category_id"' in head


@reads_envelopes
def recognize(path: Path) -> str:
    """Return the format of a file or folder: a key of `PREDICTION_READERS`, or `SCORES`.

    Raises:
        NotFoundError: If there is no such file.
        FileFormatError: If it is empty or of no known format.
    """
    head = check_file(path)
    check_no_foreign(path, head)
    if any(reader.recognizes(path, head) for reader in SCORE_READERS.values()):
        return SCORES
    return choose(path, PREDICTION_READERS, belongs=what_else).name


def read_prediction_files(
    files: PredictionFiles, choices: ReadingChoices = BY_CONTENT, *, progress: Progress | None = None
) -> Predictions | ScoreTable:
    """Return what the files hold.

    Args:
        files: What each is for.
        choices: How to read them; by default everything is decided by what they hold.
        progress: Called with (percent, 100); it may raise to stop.

    Raises:
        FileFormatError: If a file is of another format or damaged.
        NotFoundError: If one of them is not there.
    """
    format = choices.format or recognize(files.predictions)
    if format == SCORES:
        return _read_scores(files.predictions, choices)
    names = read_class_names(files.class_names) if files.class_names else None
    choices = replace(choices, format=format)
    return read_contents(files.predictions, choices, images=files.images, class_names=names, progress=progress)


@reads_envelopes
def _read_scores(path: Path, choices: ReadingChoices) -> Predictions | ScoreTable:
    contents = read_class_table(CsvTable(path), choices, prefers_scores=True)
    # A person may have said that columns are classes after all.
    return on_probability_scale(contents, choices) if isinstance(contents, Predictions) else contents


def _describes_images(path: Path) -> bool:
    with unwrapped(path) as inner:
        return _begins_as_annotations(inner)


def _begins_as_annotations(path: Path) -> bool:
    # Results are a list, or have scores; the annotation file is an object and has none. Where its keys are in the file
    # is up to its tool: thousands of categories or annotations may come before the images.
    head = check_file(path).removeprefix(BOM).lstrip()
    if path.suffix.lower() != ".json" or not head.startswith(b"{"):
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return bool(_IMAGES.search(content)) and not _SCORE.search(content)
