"""Which sample a filename means: exactly, by relative path, by stem, then in other spellings; never by guessing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.formats.join.path_table import PathTable, path_table
from al_core.formats.join.spelling import PREFIX, ROBOFLOW, SPELLINGS, without_prefix, without_version
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_UNKNOWN = -1
_AMBIGUOUS = -2

_MAX_PARTS = 16
"""Deeper paths match by their whole name only: each depth takes a pass of its own."""

NAME = "name"
RELATIVE_PATH = "relative path"
STEM = "stem"


@dataclass(frozen=True)
class Matches:
    """Which samples names mean.

    Attributes:
        rows: (M,) the row of each name among the samples, -1 if there is none or more than one.
        ambiguous: Positions of the names that fit more than one sample.
        counts: How many names were matched by what: name, relative path, stem, or another spelling.
    """

    rows: Rows
    ambiguous: Rows
    counts: Mapping[str, int]


def match_filenames(samples: Sequence[str], names: Sequence[str], *, only_whole: bool = False) -> Matches:
    """Return which sample each name means.

    A name matches by relative path if one of the two is the end of the other, and by stem if it does so without its
    suffix. Only the suffixes of files are cut (`SUFFIXES`): `scan_1.5` has none. Names left over are tried in another
    Unicode form, as decoded addresses, in lower case, without the digits that Label Studio puts before a name, and
    without what Roboflow appends to one. A name that fits two samples in a step means neither.

    Args:
        samples: The filenames of a dataset, each once.
        names: What a file calls them.
        only_whole: Whether only whole names count, as for numbers that identify images in another file and only look
            like names.

    Examples:
        >>> matches = match_filenames(["train/a.png", "b.png"], ["b.png", "/data/train/a.png", "a.txt", "c.png"])
        >>> matches.rows, matches.counts
        (array([ 1,  0,  0, -1]), {'name': 1, 'relative path': 1, 'stem': 1})
        >>> match_filenames(["a.png", "a.jpg"], ["a"]).ambiguous
        array([0])
    """
    import pyarrow as pa

    sample_names = pa.array(samples, pa.large_string())
    file_names = pa.array(names, pa.large_string())
    search = _Search(len(names))
    search.fill(NAME, lambda rows: _match_whole(sample_names, file_names))
    if not only_whole:
        _match_paths(search, sample_names, file_names, RELATIVE_PATH, STEM)
        _match_spellings(search, sample_names, file_names)
        _match_stripped(search, sample_names, file_names, PREFIX, without_prefix)
        _match_stripped(search, sample_names, file_names, ROBOFLOW, without_version)
    return search.matches()


class _Search:
    """The row of each name as far as it has been looked for."""

    def __init__(self, n_names: int) -> None:
        self._rows: Rows = np.full(n_names, _UNKNOWN, dtype=np.int64)
        self._counts = {NAME: 0, RELATIVE_PATH: 0, STEM: 0}

    @property
    def open_rows(self) -> Rows:
        """Positions of the names that have fitted no sample yet."""
        return np.flatnonzero(self._rows == _UNKNOWN)

    def fill(self, how: str, look_up: Callable[[Rows], Rows]) -> None:
        """Look up what is left."""
        positions = self.open_rows
        if not len(positions):
            return
        rows = look_up(positions)
        self._rows[positions] = rows
        n_matched = int(np.count_nonzero(rows >= 0))
        if n_matched:
            self._counts[how] = self._counts.get(how, 0) + n_matched

    def matches(self) -> Matches:
        ambiguous = np.flatnonzero(self._rows == _AMBIGUOUS)
        return Matches(np.maximum(self._rows, _UNKNOWN), ambiguous, self._counts)


def _match_paths(search: _Search, samples: "pa.Array", names: "pa.Array", by_path: str, by_stem: str) -> None:
    """Look up what is left by its path and then by its stem."""
    if not len(search.open_rows):
        return
    sample_paths = path_table(samples)
    search.fill(by_path, lambda rows: _match_ends(sample_paths, path_table(_taken(names, rows))))
    stems = sample_paths.without_suffix()
    search.fill(by_stem, lambda rows: _match_ends(stems, path_table(_taken(names, rows)).without_suffix()))
    # a.jpg.txt, as tools name what belongs to a.jpg.
    search.fill(by_stem, lambda rows: _match_ends(sample_paths, path_table(_taken(names, rows)).without_suffix()))


def _match_spellings(search: _Search, samples: "pa.Array", names: "pa.Array") -> None:
    """Look up what is left with samples and names both spelled in another way."""
    for spelling, respelled in SPELLINGS.items():
        if not len(search.open_rows):
            return
        spelled_samples = respelled(samples)
        spelled_names = respelled(names)
        if not spelled_names.equals(names) or not spelled_samples.equals(samples):
            search.fill(spelling, partial(_match_spelled, spelled_samples, spelled_names))
            _match_paths(search, spelled_samples, spelled_names, spelling, spelling)
        samples = spelled_samples
        names = spelled_names


def _match_stripped(
    search: _Search, samples: "pa.Array", names: "pa.Array", how: str, stripped: Callable[[Any], Any]
) -> None:
    """Look up what is left without what a tool has added; samples keep theirs: eight digits may be a date."""
    bare = stripped(names) if len(search.open_rows) else names
    if not bare.equals(names):
        search.fill(how, lambda rows: _match_whole(samples, _taken(bare, rows)))
        _match_paths(search, samples, bare, how, how)


def _match_spelled(samples: "pa.Array", names: "pa.Array", rows: Rows) -> Rows:
    """Return the sample with the same name; spelled otherwise, two samples may have one."""
    import pyarrow.compute as pc

    names = _taken(names, rows)
    matches = _match_whole(samples, names)
    counts = pc.value_counts(samples)
    if len(counts) < len(samples):
        repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        matches[pc.is_in(names, value_set=repeated).to_numpy(zero_copy_only=False)] = _AMBIGUOUS
    return matches


def _taken(names: "pa.Array", rows: Rows) -> "pa.Array":
    return names if len(rows) == len(names) else names.take(rows)


def _match_whole(samples: "pa.Array", names: "pa.Array") -> Rows:
    import pyarrow.compute as pc

    # Files in the order of their dataset are common, and need no index: half the time for a million names.
    if names.equals(samples):
        return np.arange(len(names))
    rows: Rows = pc.index_in(names, value_set=samples).fill_null(_UNKNOWN).to_numpy().astype(np.int64)
    return rows


def _match_ends(samples: PathTable, names: PathTable) -> Rows:
    """Return the sample of which each name is the end, or that is the end of the name."""
    matches = np.full(len(names.starts), _UNKNOWN)
    # Where all suffixes differ, which is common, this leaves nothing to look for.
    is_possible = np.isin(names.last_bytes, np.unique(samples.last_bytes))
    # A name that is the end of a sample's path: all its parts are looked up among the samples that are as deep.
    for n_parts in np.unique(names.n_parts[is_possible & (names.n_parts <= _MAX_PARTS)]).tolist():
        positions = np.flatnonzero(is_possible & (names.n_parts == n_parts))
        candidates = np.flatnonzero(samples.n_parts >= n_parts)
        matches[positions] = _look_up(names, positions, samples, candidates, n_parts)
    # A sample that is the end of a longer name, the deepest first: it shares the most with the name.
    for n_parts in np.unique(samples.n_parts[samples.n_parts <= _MAX_PARTS]).tolist()[::-1]:
        positions = np.flatnonzero(is_possible & (matches == _UNKNOWN) & (names.n_parts > n_parts))
        candidates = np.flatnonzero(samples.n_parts == n_parts)
        matches[positions] = _look_up(names, positions, samples, candidates, n_parts)
    return matches


def _look_up(names: PathTable, positions: Rows, samples: PathTable, candidates: Rows, n_parts: int) -> Rows:
    """Return the candidate with the same last parts for each of these names, or that there is none or more than one."""
    import pyarrow.compute as pc

    if not len(positions) or not len(candidates):
        return np.full(len(positions), _UNKNOWN)
    ends = names.ends(positions, n_parts).dictionary_encode()
    # Samples are looked up among the ends of the names, so that an end that two samples share is counted twice.
    codes = pc.index_in(samples.ends(candidates, n_parts), value_set=ends.dictionary).fill_null(-1).to_numpy()
    is_hit = codes >= 0
    row_of_end = np.full(len(ends.dictionary), _UNKNOWN)
    row_of_end[codes[is_hit]] = candidates[is_hit]
    n_hits = np.bincount(codes[is_hit], minlength=len(row_of_end))
    row_of_end[n_hits > 1] = _AMBIGUOUS
    matches: Rows = row_of_end[ends.indices.to_numpy()]
    return matches
