"""The filenames of a tag as a list, with ranks and scores."""

import csv
import io

import orjson

from al_core.formats.exports.names import check_one_line_each
from al_core.formats.exports.rows import ExportRows
from al_core.formats.files.cells import escape_cell


def write_txt(rows: ExportRows) -> bytes:
    r"""Return one filename per line, each line ended by a newline.

    Raises:
        InvalidInputError: If a filename has several lines.

    Examples:
        >>> write_txt(ExportRows(["b.png", "a.png"]))
        b'b.png\na.png\n'
    """
    check_one_line_each(rows.filenames)
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
