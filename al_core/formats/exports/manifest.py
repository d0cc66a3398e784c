import orjson

from al_core.formats.exports.rows import ExportRows


def write_manifest(rows: ExportRows) -> bytes:
    """Return what the tag was made from as JSON, or the metadata alone where nothing more is known.

    `al_core.steps.manifest.repeat` makes the selection again from it.
    """
    manifest = rows.manifest() if rows.manifest else {"metadata": dict(rows.metadata)}
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)
