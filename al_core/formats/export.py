import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from al_core.exceptions import InvalidInputError
from al_core.formats.spreadsheet import escape_cell
from al_core.types import Scores


@dataclass(frozen=True)
class ExportRows:
    """The samples of a tag or selection, in the order in which they are written.

    Attributes:
        filenames: (M,) in rank order where there is one.
        scores: (M,) or None.
        ranks: (M,) from 1, None for a sample that has none, such as a preselected one; by default 1 to M.
        metadata: What the selection was made of: dataset, tag, config, seed. Written to JSON only.

    Raises:
        InvalidInputError: If lengths differ.
    """

    filenames: Sequence[str]
    scores: Scores | None = None
    ranks: Sequence[int | None] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

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
        values = np.asarray(self.scores).tolist()
        return ranks, self.filenames, [None if value != value else value for value in values]


def write_txt(rows: ExportRows) -> bytes:
    r"""Return one filename per line, each line ended by a newline.

    Examples:
        >>> write_txt(ExportRows(["b.png", "a.png"]))
        b'b.png\na.png\n'
    """
    return "".join(f"{name}\n" for name in rows.filenames).encode()


def write_csv(rows: ExportRows) -> bytes:
    r"""Return the columns rank, filename and score; no filename runs as a formula in a spreadsheet.

    Examples:
        >>> write_csv(ExportRows(["=1+1.png"], scores=[0.5]))
        b"rank,filename,score\r\n1,'=1+1.png,0.5\r\n"
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("rank", "filename", "score"))
    ranks, filenames, scores = rows.columns()
    writer.writerows(zip(ranks, map(escape_cell, filenames), scores, strict=True))
    return text.getvalue().encode()


def write_json(rows: ExportRows) -> bytes:
    """Return metadata and samples as JSON, filenames and scores exactly as they are.

    Examples:
        >>> write_json(ExportRows(["=a.png"], scores=[0.5]))
        b'{"metadata":{},"samples":[{"rank":1,"filename":"=a.png","score":0.5}]}'
    """
    samples = [
        {"rank": rank, "filename": name, "score": score} for rank, name, score in zip(*rows.columns(), strict=True)
    ]
    return orjson.dumps({"metadata": dict(rows.metadata), "samples": samples}, option=orjson.OPT_SERIALIZE_NUMPY)


@dataclass(frozen=True)
class Writer:
    """One file format that a selection can be downloaded as."""

    name: str
    label: str
    description: str
    suffix: str
    media_type: str
    write: Callable[[ExportRows], bytes]


WRITERS: dict[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("txt", "Text", "One filename per line", ".txt", "text/plain", write_txt),
        Writer(
            "csv",
            "CSV",
            "Columns rank, filename and score, safe to open in a spreadsheet",
            ".csv",
            "text/csv",
            write_csv,
        ),
        Writer(
            "json",
            "JSON",
            "Ranks, filenames and scores with what they were made of",
            ".json",
            "application/json",
            write_json,
        ),
    )
}
