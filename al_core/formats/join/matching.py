"""Which sample a filename means: exactly, then by relative path, then by stem, and never by guessing between two."""

from collections.abc import Sequence

import numpy as np

from al_core.formats.join.path_table import PathTable, path_table
from al_core.types import Rows

_UNKNOWN, _AMBIGUOUS = -1, -2
_MAX_PARTS = 16


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

    known, wanted = (pa.array(texts, pa.large_string()) for texts in (samples, names))
    rows: Rows = pc.index_in(wanted, value_set=known).fill_null(_UNKNOWN).to_numpy().astype(np.int64)
    counts = {"name": int((rows >= 0).sum())}
    paths: PathTable | None = None
    for how in ("relative path", "stem"):
        unknown = np.flatnonzero(rows < 0)
        if len(unknown):
            paths = path_table(known) if paths is None else paths.without_suffix()
            others = path_table(wanted.take(unknown))
            rows[unknown] = _match_ends(paths, others if how == "relative path" else others.without_suffix())
        counts[how] = int((rows[unknown] >= 0).sum())
    return rows, counts


def _match_ends(samples: PathTable, names: PathTable) -> Rows:
    found = np.full(len(names.starts), _UNKNOWN)
    # Where all suffixes differ, which is common, this leaves nothing to look for.
    is_possible = np.isin(names.last_bytes, np.unique(samples.last_bytes))
    for n_parts in np.unique(names.n_parts[is_possible & (names.n_parts <= _MAX_PARTS)]).tolist():
        those = np.flatnonzero(is_possible & (names.n_parts == n_parts))
        found[those] = _look_up(names, those, samples, np.flatnonzero(samples.n_parts >= n_parts), n_parts)
    for n_parts in np.unique(samples.n_parts[samples.n_parts <= _MAX_PARTS]).tolist()[::-1]:
        those = np.flatnonzero(is_possible & (found == _UNKNOWN) & (names.n_parts > n_parts))
        found[those] = _look_up(names, those, samples, np.flatnonzero(samples.n_parts == n_parts), n_parts)
    matched: Rows = np.maximum(found, _UNKNOWN)
    return matched


def _look_up(names: PathTable, those: Rows, samples: PathTable, candidates: Rows, n_parts: int) -> Rows:
    """Return the candidate with the same last parts for each of those names, or that there is none or more than one."""
    import pyarrow.compute as pc

    if not len(those) or not len(candidates):
        return np.full(len(those), _UNKNOWN)
    wanted = names.ends(those, n_parts).dictionary_encode()
    codes = pc.index_in(samples.ends(candidates, n_parts), value_set=wanted.dictionary).fill_null(-1).to_numpy()
    hits = codes >= 0
    row_of = np.full(len(wanted.dictionary), _UNKNOWN)
    row_of[codes[hits]] = candidates[hits]
    row_of[np.bincount(codes[hits], minlength=len(row_of)) > 1] = _AMBIGUOUS
    matched: Rows = row_of[wanted.indices.to_numpy()]
    return matched
