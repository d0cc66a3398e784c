import io

import orjson

from al_core.formats.exports.rows import ExportRows


def write_parquet(rows: ExportRows) -> bytes:
    """Return the columns rank, filename and score; the schema's key `al_core` holds the metadata as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = zip(("rank", "filename", "score"), rows.columns(), (pa.int64(), pa.string(), pa.float64()), strict=True)
    table = pa.table({name: pa.array(values, kind) for name, values, kind in columns})
    # Where pandas and others keep what they say of a table.
    metadata = orjson.dumps(dict(rows.metadata), option=orjson.OPT_SERIALIZE_NUMPY)
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"al_core": metadata}), buffer)
    return buffer.getvalue()
