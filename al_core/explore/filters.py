"""Which samples a set of filters lets through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    import pyarrow as pa

Mask: TypeAlias = NDArray[np.bool_]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Range:
    """Values from `low` up to, but not including, `high`; or the samples without a value.

    Examples:
        >>> print(Range(0.25, 0.5), "|", Range(low=0.9), "|", Range(high=0.1), "|", Range(is_missing=True))
        0.25 to 0.5 | from 0.9 | below 0.1 | missing
    """

    low: float = -np.inf
    high: float = np.inf
    is_missing: bool = False

    def __str__(self) -> str:
        if self.is_missing:
            return "missing"
        if np.isinf(self.low) and np.isinf(self.high):
            return "not missing"
        if np.isinf(self.low):
            return f"below {self.high:.4g}"
        if np.isinf(self.high):
            return f"from {self.low:.4g}"
        return f"{self.low:.4g} to {self.high:.4g}"

    def mask(self, values: NDArray[Any]) -> Mask:
        """Return which values lie in the range, (N,)."""
        if self.is_missing:
            is_missing: Mask = np.isnan(values)
            return is_missing
        # An open end lets infinity through.
        is_below_high = values < self.high if np.isfinite(self.high) else values <= self.high
        is_inside: Mask = (values >= self.low) & is_below_high
        return is_inside


@dataclass(frozen=True)
class Objects:
    """How many objects of which classes, from which confidence on, an image shows.

    Attributes:
        classes: Of these classes; of any if there are none.
        least_confidence: Objects below it do not count.
        least_count: At least so many.
        most_count: At most so many; None for no limit.

    Examples:
        >>> print(Objects(("cat", "dog"), 0.5), "|", Objects((), 0, 2, 4), "|", Objects((), 0, 0, 0))
        1 or more cat or dog from 0.5 | 2 to 4 objects | no objects
    """

    classes: tuple[str, ...] = ()
    least_confidence: float = 0.0
    least_count: int = 1
    most_count: int | None = None

    def __str__(self) -> str:
        confidence = f" from {self.least_confidence:.2g}" if self.least_confidence else ""
        return f"{self._count_in_words()} {' or '.join(self.classes) or 'objects'}{confidence}"

    def _count_in_words(self) -> str:
        if self.most_count is None:
            return f"{self.least_count} or more"
        if self.most_count == self.least_count:
            return str(self.least_count or "no")
        return f"{self.least_count} to {self.most_count}"

    def mask(
        self,
        rows: NDArray[np.integer],
        labels: NDArray[np.integer],
        scores: NDArray[np.floating],
        names: Sequence[str],
        n_samples: int,
    ) -> Mask:
        """Return which images show as many, (n_samples,), given the image, the class and the confidence of each object.

        Examples:
            >>> rows = np.array([0, 0, 2])
            >>> Objects(("cat",), 0.5).mask(rows, np.array([0, 0, 0]), np.array([0.9, 0.6, 0.4]), ["cat"], 3)
            array([ True, False, False])
        """
        # In the precision of the scores: 0.7 as float32 lies just below 0.7 as a double.
        counts_too = scores >= np.float32(self.least_confidence)
        if self.classes:
            wanted = [position for position, name in enumerate(names) if name in self.classes]
            counts_too &= np.isin(labels, wanted)
        counts = np.bincount(rows[counts_too], minlength=n_samples)
        is_enough: Mask = counts >= self.least_count
        return is_enough if self.most_count is None else is_enough & (counts <= self.most_count)


@dataclass(frozen=True)
class Filters:
    """What a sample has to be, all of it at once, to be shown.

    Attributes:
        ranges: By column.
        classes: Predicted as one of these, unless there are none.
        tags: In one of these tags, unless there are none.
        without_tags: In none of these tags.
        categories: By column, one of these texts.
        filename: Part of its filename, in upper or lower case.
        objects: How many objects it shows.
    """

    ranges: Mapping[str, Range] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    filename: str = ""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objects: Objects | None = None

    def with_categories(self, column: str, texts: Sequence[str]) -> "Filters":
        """Return the filters with other texts of a column, or with none."""
        return replace(self, categories=_with_item(self.categories, column, tuple(texts)))

    def with_range(self, column: str, values: Range | None) -> "Filters":
        """Return the filters with another range of a column, or with none."""
        return replace(self, ranges=_with_item(self.ranges, column, values))


def _with_item(items: Mapping[str, _T], key: str, item: _T | None) -> dict[str, _T]:
    """Return a copy in which a key stands for another item, at the end, or, if the item is empty, is left out."""
    others = {name: other for name, other in items.items() if name != key}
    return others | {key: item} if item else others


def predicted_classes(probabilities: Probabilities) -> NDArray[np.int16]:
    """Return the most probable class of each row, (N,); -1 where there is no prediction.

    Examples:
        >>> predicted_classes(np.array([[0.2, 0.8], [np.nan, np.nan]]))
        array([ 1, -1], dtype=int16)
    """
    classes: NDArray[np.int16] = probabilities.argmax(axis=1).astype(np.int16)
    # A sample without a prediction has NaN in all columns, so one tells.
    classes[np.isnan(probabilities[:, 0])] = -1
    return classes


def class_mask(classes: NDArray[np.integer], chosen: Sequence[int], n_classes: int) -> Mask:
    """Return which rows are of a chosen class, (N,)."""
    # The last one answers for -1.
    is_chosen = np.zeros(n_classes + 1, bool)
    is_chosen[list(chosen)] = True
    mask: Mask = is_chosen[classes]
    return mask


def filename_mask(filenames: "pa.Array", text: str) -> Mask:
    """Return which filenames contain the text, in upper or lower case, (N,)."""
    import pyarrow.compute as pc

    matches = pc.match_substring(filenames, text, ignore_case=True)
    mask: Mask = matches.to_numpy(zero_copy_only=False).astype(bool)
    return mask


def rows_mask(rows: Rows, n_samples: int) -> Mask:
    """Return which samples are among the rows, (N,)."""
    mask = np.zeros(n_samples, bool)
    mask[rows] = True
    return mask


def tag_mask(masks: Sequence[bytes], n_samples: int) -> Mask:
    r"""Return which samples are in any of the tags, given their bit masks, (N,).

    Examples:
        >>> tag_mask([b"\x01\x00", b"\x00\x02"], 10).nonzero()
        (array([0, 9]),)
    """
    bits = np.zeros(-(-n_samples // 8), np.uint8)
    for mask in masks:
        bits |= np.frombuffer(mask, np.uint8)
    return np.unpackbits(bits, count=n_samples, bitorder="little").view(bool)


def all_of(masks: Mapping[str, Mask], n_samples: int, *, except_for: str | None = None) -> Mask:
    """Return which samples every mask lets through, (N,); `except_for` names one that is left out."""
    passing = np.ones(n_samples, bool)
    for name, mask in masks.items():
        if name != except_for:
            passing &= mask
    return passing


def highest_first(values: NDArray[Any]) -> NDArray[np.int32]:
    """Return all rows, the highest value first, the missing ones last, equal ones in row order.

    Examples:
        >>> highest_first(np.array([0.1, np.nan, 0.9, 0.1]))
        array([2, 0, 3, 1], dtype=int32)
    """
    # Of unsigned numbers and of booleans there is no negative.
    descending = -values if values.dtype.kind == "f" else -values.astype(np.int64)
    return np.argsort(descending, kind="stable").astype(np.int32)
