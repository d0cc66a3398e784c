import csv
import io
import json

import pyarrow.parquet as pq

from al_core.formats import WRITERS, ExportRows
from tests.formats.exports.samples import NAMES


def test_parquet_has_the_columns_of_the_csv_and_the_metadata(rows: ExportRows) -> None:
    table = pq.read_table(io.BytesIO(WRITERS["parquet"].write(rows)))
    assert table.to_pydict() == {"rank": [1, 2, 3], "filename": NAMES, "score": [0.9, 0.5, None]}
    assert table.column_names == next(csv.reader([WRITERS["csv"].write(rows).decode().splitlines()[0]]))
    assert json.loads(table.schema.metadata[b"al_core"]) == {"tag": "picked"}
