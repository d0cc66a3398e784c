"""The sizes of a dataset's images: stored ones where there are any, otherwise those in the images themselves."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.formats.files.image_frames import ImageFrames, read_frames
from al_core.store.kinds import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions
    from al_core.store import Dataset

_N_COMPARED = 2000
"""Images whose header is read although the file has their size: whether a file speaks of turned images shows in some of
them, and 100,000 headers take 15 seconds."""


def image_frames(dataset: "Dataset", rows: Rows) -> ImageFrames:
    """Return the frames of these samples: by the metadata `width` and `height`, otherwise by the images' headers."""
    width = dataset.arrays.find(Kind.METADATA, "width")
    height = dataset.arrays.find(Kind.METADATA, "height")
    frames = ImageFrames.unknown(len(rows))
    if width and height:
        columns = [dataset.arrays.read_rows(column, rows) for column in (width, height)]
        frames = replace(frames, sizes=np.column_stack(columns).astype(np.float64))
    missing = np.flatnonzero(np.isnan(frames.sizes).any(axis=1))
    if not len(missing):
        return frames
    return frames.replaced(missing, _from_headers(dataset, rows[missing]))


def _from_headers(dataset: "Dataset", rows: Rows) -> ImageFrames:
    if dataset.server:
        return dataset.server.image_frames(rows)
    if dataset.images_dir is None:
        return ImageFrames.unknown(len(rows))
    return read_frames(dataset.images_dir, dataset.filenames(rows))


def frames_of_file(dataset: "Dataset", predictions: "Predictions", report: "JoinReport") -> ImageFrames | None:
    """Return the frames of the images that a file is about, one per row; None if it is not about places in pixels.

    Only those that say something new are looked up: of images whose boxes have no place yet, and of some whose size
    the file has.
    """
    from al_core.formats.predictions.placing import lying_on_side, needs_frames, rows_without_place

    if not needs_frames(predictions):
        return None
    frames = ImageFrames.unknown(len(predictions))
    wanted = np.union1d(rows_without_place(predictions), _some_with_size(predictions))
    frames = _looked_up(dataset, frames, report.rows, wanted)
    if lying_on_side(predictions, frames).any():
        frames = _looked_up(dataset, frames, report.rows, np.arange(len(predictions)))
        # Metadata has no orientation (0 stands for that), and only for these it matters.
        is_undecided = lying_on_side(predictions, frames) & (frames.orientations == 0)
        on_side = np.flatnonzero(is_undecided)
        headers = _from_headers(dataset, report.rows[on_side])
        has_orientation = headers.orientations > 0
        frames = frames.replaced(on_side[has_orientation], _chosen(headers, has_orientation))
    return frames


def _some_with_size(predictions: "Predictions") -> Rows:
    sizes = predictions.image_sizes
    if sizes is None:
        return np.empty(0, np.int64)
    with_size = np.flatnonzero(np.isfinite(sizes[:, 0]))
    n_compared = min(_N_COMPARED, len(with_size))
    # Evenly spread: files are often sorted by camera, and only one of these may turn its images.
    places = np.linspace(0, len(with_size) - 1, n_compared).astype(np.int64)
    chosen: Rows = with_size[places]
    return chosen


def _looked_up(dataset: "Dataset", frames: ImageFrames, samples: Rows, wanted: Rows) -> ImageFrames:
    """Return the frames with those of the wanted rows of the file that have a sample."""
    matched = wanted[samples[wanted] >= 0]
    if not len(matched):
        return frames
    return frames.replaced(matched, image_frames(dataset, samples[matched]))


def _chosen(frames: ImageFrames, is_chosen: NDArray[np.bool_]) -> ImageFrames:
    return ImageFrames(frames.sizes[is_chosen], frames.orientations[is_chosen])
