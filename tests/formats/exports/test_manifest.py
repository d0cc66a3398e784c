import json

from al_core.formats.exports.manifest import write_manifest
from al_core.formats.exports.rows import ExportRows


def test_the_manifest_is_worked_out_only_when_it_is_written() -> None:
    calls: list[str] = []

    def manifest() -> dict[str, int]:
        calls.append("asked")
        return {"seed": 7}

    rows = ExportRows(["a.png"], manifest=manifest)
    assert calls == []
    assert json.loads(write_manifest(rows)) == {"seed": 7}


def test_without_a_manifest_the_metadata_are_written() -> None:
    assert json.loads(write_manifest(ExportRows(["a.png"], metadata={"tag": "t"}))) == {"metadata": {"tag": "t"}}
