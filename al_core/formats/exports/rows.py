import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.formats.exports.addresses import image_url
from al_core.formats.exports.choices import PRE_ANNOTATION_CONFIDENCE, ExportChoices
from al_core.formats.exports.needs import Need, unmet
from al_core.formats.files.image_header import image_size
from al_core.formats.files.images import resolve_image
from al_core.formats.predictions.annotations import Annotations
from al_core.types import Scores


@dataclass(frozen=True)
class ExportRows:
    """The samples of a tag or selection, in the order in which they are written.

    Attributes:
        filenames: (M,) in rank order where there is one.
        scores: (M,) or None.
        ranks: (M,) from 1, None for a sample that has none, such as a preselected one; by default 1 to M.
        metadata: What the selection was made of: dataset, tag, config, seed.
        annotations: What a model predicted for them, or None.
        images_dir: The folder that holds the images, or None.
        manifest: Called by the format that needs what the tag was made from.
        choices: How a person wants the file.
        sign: Returns the address of an image by its filename, where each has one of its own.

    Raises:
        InvalidInputError: If lengths differ.
    """

    filenames: Sequence[str]
    scores: Scores | None = None
    ranks: Sequence[int | None] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    annotations: Annotations | None = None
    images_dir: Path | None = None
    manifest: Callable[[], Mapping[str, Any]] | None = None
    choices: ExportChoices = field(default_factory=ExportChoices)
    sign: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        for noun, values in (("scores", self.scores), ("ranks", self.ranks)):
            if values is not None and len(values) != len(self.filenames):
                raise InvalidInputError(
                    f"{len(values)} {noun} for {len(self.filenames)} filenames; give one per filename"
                )

    def columns(self) -> tuple[Sequence[int | None], Sequence[str], Sequence[float | None]]:
        """Return ranks, filenames and scores as plain values of equal length; a missing or NaN score is None."""
        ranks = self.ranks if self.ranks is not None else range(1, len(self.filenames) + 1)
        if self.scores is None:
            return ranks, self.filenames, [None] * len(self.filenames)
        # Python's floats: JSON has no NaN, and no encoder knows numpy's scalars.
        values = np.asarray(self.scores).tolist()
        scores = [None if math.isnan(value) else value for value in values]
        return ranks, self.filenames, scores

    def require(self, *needs: Need) -> None:
        """Raise `MissingInputError` if a need is not met."""
        need = unmet(needs, self.annotations, self.images_dir, self.choices)
        if need:
            raise MissingInputError(f"this format {need}")

    def proposals(self, need: Need = Need.PREDICTIONS) -> Annotations:
        """Return the predictions that are sure enough to be proposed to labelers, or used as labels.

        Raises:
            MissingInputError: If the need is not met.
        """
        return self._predicted(need).confident(self.proposal_confidence)

    def predictions(self, need: Need = Need.PREDICTIONS) -> Annotations:
        """Return the predictions for a format that writes confidences: all of them unless a person chose otherwise.

        Raises:
            MissingInputError: If the need is not met.
        """
        return self._predicted(need).confident(self.choices.min_confidence or 0)

    def _predicted(self, need: Need) -> Annotations:
        self.require(need)
        assert self.annotations is not None
        return self.annotations

    @property
    def proposal_confidence(self) -> float:
        """From which confidence on predictions are proposed to labelers."""
        chosen = self.choices.min_confidence
        return PRE_ANNOTATION_CONFIDENCE if chosen is None else chosen

    @property
    def task(self) -> str:
        """What is labeled: the task of the predictions, or what a person chose if there are none."""
        return self.annotations.task if self.annotations else self.choices.task

    @property
    def class_names(self) -> list[str]:
        """The classes that labelers choose among: those that a person chose, then others that a model predicted."""
        # A pre-annotation of a class that is not among them is refused by the tools.
        predicted = self.annotations.class_names if self.annotations else ()
        return list(dict.fromkeys([*self.choices.class_names, *predicted]))

    def image_addresses(self, prefix: str) -> list[str]:
        """Return by which addresses a tool fetches the images: signed ones, or a prefix with the filename behind it."""
        if self.sign:
            return [self.sign(name) for name in self.filenames]
        return [image_url(prefix, name) for name in self.filenames]

    @cached_property
    def image_paths(self) -> list[Path]:
        """The file of each sample.

        Raises:
            MissingInputError: If there is no images folder or it lacks an image.
        """
        self.require(Need.IMAGES)
        assert self.images_dir is not None
        # Every path is checked to stay inside the folder: filenames come from strangers.
        paths = [resolve_image(self.images_dir, name) for name in self.filenames]
        missing = [name for name, path in zip(self.filenames, paths, strict=True) if path is None]
        if missing:
            raise MissingInputError(
                f"{len(missing):,} of {len(paths):,} images are not in the images folder, the first is {missing[0]!r}; "
                "put them there, or set the right images folder"
            )
        return [path for path in paths if path]

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of each image in pixels, as it is shown, from its header alone."""
        return [image_size(path) for path in self.image_paths]

    def known_sizes(self) -> list[tuple[int, int]] | None:
        """Return the sizes, or None unless every image is there."""
        try:
            return self.sizes
        except (MissingInputError, InvalidInputError):
            return None
