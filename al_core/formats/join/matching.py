"""Which sample a filename means: exactly, then by relative path, then by stem, and never by guessing between two."""

from collections.abc import Sequence

import numpy as np

from al_core.formats.join.path_table import PathTable, path_table
from al_core.types import Rows

_UNKNOWN = -1
_AMBIGUOUS = -2

_MAX_PARTS = 16
"""Deeper paths match by their whole name only: each depth takes a pass of its own."""


def match_filenames(samples: Sequence[str], names: Sequence[str]) -> tuple[Rows, dict[str, int]]:
    """Return the row of each name among the samples, -1 if there is none, and how many were matched by what.

    A name matches by relative path if one of the two is the end of the other, and by stem if it does so without its
    suffix. A name that would match two samples matches none.

    Examples:
        >>> match_filenames(["train/a.png", "b.png"], ["b.png", "/data/train/a.png", "a.txt", "c.png"])
        (array([ 1,  0,  0, -1]), {'name': 1, 'relative path': 1, 'stem': 1})
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    sample_names = pa.array(samples, pa.large_string())
    file_names = pa.array(names, pa.large_string())
    rows: Rows = pc.index_in(file_names, value_set=sample_names).fill_null(_UNKNOWN).to_numpy().astype(np.int64)
    counts = {"name": int((rows >= 0).sum()), "relative path": 0, "stem": 0}
    unmatched = np.flatnonzero(rows < 0)
    if not len(unmatched):
        return rows, counts
    sample_paths = path_table(sample_names)
    rows[unmatched] = _match_ends(sample_paths, path_table(file_names.take(unmatched)))
    counts["relative path"] = int((rows[unmatched] >= 0).sum())
    unmatched = np.flatnonzero(rows < 0)
    if len(unmatched):
        file_paths = path_table(file_names.take(unmatched))
        rows[unmatched] = _match_ends(sample_paths.without_suffix(), file_paths.without_suffix())
        counts["stem"] = int((rows[unmatched] >= 0).sum())
    return rows, counts


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
    certain: Rows = np.maximum(matches, _UNKNOWN)
    return certain


def _look_up(names: PathTable, positions: Rows, samples: PathTable, candidates: Rows, n_parts: int) -> Rows:
    """Return the candidate with the same last parts for each of these names, or that there is none or more than one."""
    import pyarrow.compute as pc

    if not len(positions) or not len(candidates):
        return np.full(len(positions), _UNKNOWN)
    ends = names.ends(positions, n_parts).dictionary_encode()
    codes = pc.index_in(samples.ends(candidates, n_parts), value_set=ends.dictionary).fill_null(-1).to_numpy()
    is_hit = codes >= 0
    row_of_end = np.full(len(ends.dictionary), _UNKNOWN)
    row_of_end[codes[is_hit]] = candidates[is_hit]
    n_hits = np.bincount(codes[is_hit], minlength=len(row_of_end))
    row_of_end[n_hits > 1] = _AMBIGUOUS
    matches: Rows = row_of_end[ends.indices.to_numpy()]
    return matches
