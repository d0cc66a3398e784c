"""From a tag in the store to what a writer of `formats.WRITERS` takes."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats import Annotations, ExportChoices, ExportRows, Need, find_writer, unmet
from al_core.formats.files.cells import escape_cell
from al_core.formats.files.images import missing_images
from al_core.steps.manifest import make_manifest
from al_core.steps.predictions import annotations_of, find_predictions, object_masks_of, predictions_of
from al_core.steps.provenance import find_source
from al_core.steps.tasks import PredictionAttributes
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray, Tag
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


# Enough to show the layout, few enough to open in any editor.
EXAMPLE_SAMPLES = 200


TOOLS_READ = ("s3://", "gs://", "http://", "https://")
"""Addresses of images that labeling tools read themselves."""

DEFAULT_CHOICES = ExportChoices()


def export_rows(
    dataset: "Dataset", tag: Tag, *, added_only: bool = False, choices: ExportChoices = DEFAULT_CHOICES
) -> ExportRows:
    """Return what a writer takes: the samples of a tag, added ones first, with what is known about them."""
    rows, n_added = _rows_to_export(dataset, tag, added_only)
    # Among samples with high scores those that test would stand out.
    score = None if holds_test_samples(tag) else _score_of(dataset, tag)
    annotations = tag_annotations(dataset, tag)
    choices = _with_address(dataset, choices)
    n_labeled = len(rows) - n_added
    return ExportRows(
        filenames=dataset.filenames(rows),
        scores=dataset.arrays.read_rows(score, rows) if score else None,
        # From 1, in the order of picking; what was labeled before has no rank.
        ranks=[*range(1, n_added + 1), *[None] * n_labeled],
        metadata={
            "dataset": dataset.name,
            "tag": tag.name,
            "total": tag.size,
            "added": n_added,
            **tag.provenance.to_json(),
        },
        annotations=annotations.take(rows) if annotations else None,
        images_dir=dataset.images_dir,
        # Only one writer asks for it, and making it digests all filenames.
        manifest=partial(make_manifest, dataset, tag),
        choices=choices,
        sign=_signer(dataset, choices),
    )


def _with_address(dataset: "Dataset", choices: ExportChoices) -> ExportChoices:
    """Return the choices with the address of the dataset's images, unless a person chose another."""
    address = dataset.images_address or ""
    is_default = not choices.image_prefix and choices.signed_hours is None
    if not is_default or not address.startswith(TOOLS_READ):
        return choices
    return replace(choices, image_prefix=f"{address}/")


def _signer(dataset: "Dataset", choices: ExportChoices) -> Callable[[str], str] | None:
    if choices.signed_hours is None:
        return None
    seconds = choices.signed_hours * 3600
    return lambda filename: dataset.image_address(filename, seconds)


def write_tag(
    dataset: "Dataset", tag: Tag, format: str, *, added_only: bool = False, choices: ExportChoices = DEFAULT_CHOICES
) -> bytes:
    """Return a tag as a file in a format of `formats.WRITERS`."""
    writer = find_writer(format)
    rows = export_rows(dataset, tag, added_only=added_only, choices=choices)
    rows.require(*writer.needs)
    return writer.write(rows)


def export_obstacle(
    dataset: "Dataset", tag: Tag, format: str, *, added_only: bool = False, choices: ExportChoices = DEFAULT_CHOICES
) -> str | None:
    """Return why a tag cannot be had in a format, or None; images are looked for, but not opened."""
    if dataset.server:
        return dataset.server.export_obstacle(tag, format, added_only=added_only, choices=choices)
    writer = find_writer(format)
    annotations = tag_annotations(dataset, tag)
    rows, _ = _rows_to_export(dataset, tag, added_only)
    if annotations is not None and annotations.has_unknown_places:
        # Those of other samples do not matter.
        annotations = annotations.take(rows)
    need = unmet(writer.needs, annotations, dataset.images_dir, choices)
    if need:
        return f"{writer.label} {need}"
    if writer.max_samples and len(rows) > writer.max_samples:
        return f"{writer.label} takes up to {writer.max_samples:,} samples, not {len(rows):,}: choose a smaller tag"
    has_pixels = Need.SIZES in writer.needs and annotations is not None and annotations.has_keypoints_in_pixels
    if dataset.images_dir and (Need.IMAGES in writer.needs or has_pixels):
        return _missing_image(dataset.images_dir, dataset.filenames(rows), writer.label)
    return None


def _missing_image(images_dir: Path, filenames: list[str], label: str) -> str | None:
    try:
        missing = missing_images(images_dir, filenames)
    except InvalidInputError as error:
        return f"{label}: {error}"
    if not missing:
        return None
    if len(missing) == 1:
        return f"{label} needs every image, and {missing[0]} is not in the images folder"
    count = f"{len(missing):,} of {len(filenames):,}"
    return f"{label} needs every image, and {count} are not in the images folder, the first is {missing[0]}"


def tag_annotations(dataset: "Dataset", tag: Tag) -> Annotations | None:
    """Return the predictions that a tag's score was made from, otherwise the current ones, for all samples."""
    stored = tag_predictions(dataset, tag)
    if stored is None:
        return None
    return replace(annotations_of(dataset, stored), objects=object_masks_of(dataset, stored))


def tag_predictions(dataset: "Dataset", tag: Tag) -> StoredArray | None:
    """Return the record of the predictions that a tag is exported with, which are not read."""
    score = _score_of(dataset, tag)
    stored = predictions_of(dataset, score) if score else None
    return stored or find_predictions(dataset)


def _rows_to_export(dataset: "Dataset", tag: Tag, added_only: bool) -> tuple[Rows, int]:
    """Return the rows in the order in which they are written, and how many the selection added."""
    order = dataset.arrays.find(Kind.SELECTION, tag.id)
    added: Rows = np.asarray(dataset.arrays.read(order)) if order else np.empty(0, np.int64)
    if added_only:
        return added, len(added)
    labeled = np.setdiff1d(tag.rows, added)
    return np.concatenate([added, labeled]), len(added)


def _score_of(dataset: "Dataset", tag: Tag) -> StoredArray | None:
    source = tag.provenance.score
    return find_source(dataset, Kind.SCORE, source) if source else None


def holds_test_samples(tag: Tag) -> bool:
    """Return whether a selection added samples that test, which a list for labelers must not show."""
    share = tag.provenance.config.test_share if tag.provenance.config else 0
    return share > 0


def copy_images(
    dataset: "Dataset",
    tag: Tag,
    folder: Path | str,
    *,
    link: bool = False,
    added_only: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Copy the images of a tag into a new or empty folder under their filenames, or make links; return their paths.

    Args:
        dataset: Whose images folder holds the images.
        tag: Which samples.
        folder: Where to; nothing in it is ever replaced.
        link: Make symbolic links instead of copies.
        added_only: Only the samples that the selection added.
        progress: Called with (images done, images to do); it may raise to stop, and nothing is left then.

    Raises:
        AlreadyExistsError: If the folder has anything in it.
        MissingInputError: If an image is not in the images folder; nothing is copied then.
    """
    from al_core.formats.exports.folder import fill_folder

    rows = export_rows(dataset, tag, added_only=added_only)
    return fill_folder(rows, Path(folder).expanduser(), link=link, progress=progress)


def example_predictions(dataset: "Dataset") -> bytes:
    """Return a CSV file of predictions for the dataset's first samples, to learn the layout from."""
    rows = np.arange(min(EXAMPLE_SAMPLES, dataset.n_samples))
    stored = dataset.arrays.newest(Kind.PREDICTION)
    if stored:
        class_names = PredictionAttributes.of(stored).class_names
        probabilities = dataset.arrays.read_rows(stored, rows)
    else:
        class_names = ("cat", "dog")
        probabilities = np.tile([0.7, 0.3], (len(rows), 1))
    # Rounded as Python's floats: as float32, 0.7 would be written with all its binary digits.
    values = np.asarray(probabilities, float).round(4).tolist()
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["filename", *map(escape_cell, class_names)])
    for name, row in zip(dataset.filenames(rows), values, strict=True):
        table.writerow([escape_cell(name), *row])
    return text.getvalue().encode()
