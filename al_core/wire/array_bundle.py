"""Arrays of any shape with their attributes in one body: a ZIP file of `.npy` members, stored as they are."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.npy import array_from_bytes
from al_core.wire.json_values import parse_json

CONTENTS = "contents.json"


def write_bundle(file: IO[bytes], named: Mapping[str, NDArray[Any]], attributes: Mapping[str, Any]) -> None:
    """Write arrays and what they were made from."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(CONTENTS, orjson.dumps({"names": list(named), "attributes": attributes}))
        # Members are named by position: the name of an array may be that of a path.
        for position, array in enumerate(named.values()):
            # The size is not known before it is written, and may be beyond the 4 GB of a plain ZIP file.
            with archive.open(f"{position}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read_bundle(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays and attributes of a file that `write_bundle` wrote.

    Raises:
        FileFormatError: If the file is something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # Packed members could unfold to more than the memory holds.
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise FileFormatError("the members of a bundle of arrays are stored, not compressed")
            contents = parse_json(archive.read(CONTENTS))
            names = contents["names"]
            attributes = contents["attributes"]
            if not isinstance(attributes, dict) or not all(isinstance(name, str) for name in names):
                raise FileFormatError("a bundle of arrays lists names and has an object of attributes")
            arrays = {
                name: array_from_bytes(archive.read(f"{position}.npy"), f"array {name!r}")
                for position, name in enumerate(names)
            }
            return arrays, attributes
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, OSError) as error:
        raise FileFormatError(f"the body is not a bundle of arrays: {error}") from error
