from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TEXTS = 1000
"""More different texts than this are names or descriptions, not a category that one would filter by."""

MAX_LENGTH = 200
"""In characters: longer texts are descriptions."""


@dataclass(frozen=True)
class TextColumn:
    """One of a few texts for each of M samples, such as the place where its image was taken.

    Attributes:
        names: (K,) the different texts in alphabetical order.
        codes: (M,) int32 positions among the names, -1 where there is none.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int32]


def text_column(texts: Any) -> TextColumn | None:
    """Return a column of texts, or None if more than `MAX_TEXTS` differ or one is longer than `MAX_LENGTH`.

    Args:
        texts: (M,) strings as a list or an Arrow array; None and the empty text are missing.

    Examples:
        >>> text_column(["road", None, "farm", "road"])
        TextColumn(names=('farm', 'road'), codes=array([ 1, -1,  0,  1], dtype=int32))
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.chunked_array([pa.array(texts, pa.string())]) if isinstance(texts, list) else texts.cast(pa.string())
    distinct = pc.drop_null(pc.unique(column))
    # The empty text may be among them, and does not count.
    names = tuple(sorted(name for name in distinct[: MAX_TEXTS + 2].to_pylist() if name))
    longest = max(map(len, names), default=0)
    if len(distinct) > MAX_TEXTS + 1 or len(names) > MAX_TEXTS or longest > MAX_LENGTH:
        return None
    codes = pc.index_in(column, value_set=pa.array(names, pa.string())).fill_null(-1)
    return TextColumn(names, codes.to_numpy().astype(np.int32))
