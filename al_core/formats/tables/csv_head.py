import csv

from al_core.formats.files.text import BOM, looks_like_text
from al_core.formats.tables.sample import ColumnSample, sample_of_texts


def samples_of_head(head: bytes) -> list[ColumnSample]:
    r"""Return the columns of a CSV file by its first bytes, none if it is not one or the first row is not complete.

    Examples:
        >>> [sample.name for sample in samples_of_head(b"filename,cat\na.png,0.5\nb.pn")]
        ['filename', 'cat']
    """
    text = head.removeprefix(BOM).decode(errors="replace").lstrip()
    if not looks_like_text(head) or text.startswith(("[", "{", "<")):
        return []
    first, _, rest = text.partition("\n")
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(rest.splitlines(), delimiter=delimiter)
    try:
        names = next(csv.reader([first.strip()], delimiter=delimiter), [])
        # The last row may be cut, and is left out unless it has as many cells as the others.
        cells = [row for row in rows if len(row) == len(names)]
    except csv.Error:
        return []
    if not cells:
        return []
    return [sample_of_texts(name.strip(), column) for name, column in zip(names, zip(*cells, strict=True), strict=True)]
