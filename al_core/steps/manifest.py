"""What a tag was made from, complete enough to make it again."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from al_core.config import SelectionConfig
from al_core.exceptions import FileFormatError, InvalidInputError, MissingInputError
from al_core.steps.card import card_seeds
from al_core.steps.goal_arrays import resolve
from al_core.steps.reserve import read_reserve
from al_core.steps.resolved import Resolved, pack, unpack
from al_core.steps.row_sets import NO_ROWS
from al_core.steps.selection_plan import config_of_method
from al_core.steps.selections import SelectionRequest, read_selection
from al_core.store.files import array_digest
from al_core.store.kinds import Kind
from al_core.store.provenance import ArraySource, Provenance
from al_core.store.records import StoredArray, Tag, mask_to_rows, rows_to_mask
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

FORMAT = "al_core manifest 1"


def make_manifest(dataset: "Dataset", tag: Tag) -> dict[str, Any]:
    """Return dataset, tag, config with seed, digests of all inputs, versions and added filenames, as plain values.

    Query set, labeled set and test set are bit masks in hexadecimal, so that the manifest outlives their tags. Where
    there is a test reserve, query set and labeled set are without it, as the method had them.
    """
    from al_core import __version__

    selection = read_selection(dataset, tag)
    added = selection.added_rows if selection else tag.rows
    seeds = card_seeds(dataset, tag)
    query = dataset.find_tag_by_id(tag.query_tag_id)
    resolved = dataset.arrays.find(Kind.RESOLVED, tag.id)
    return {
        "format": FORMAT,
        "versions": {"al_core": __version__, "numpy": np.__version__},
        "dataset": {
            "name": dataset.name,
            "samples": dataset.n_samples,
            "filenames_digest": _digest(dataset.filenames()),
        },
        "tag": {"name": tag.name, "size": tag.size, "created_at": tag.created_at},
        **_sets(dataset, tag, query.rows if query else None, added),
        **_provenance(tag),
        **({"resolved": {"digest": resolved.digest}} if resolved else {}),
        **({"random_draws": {"method": "RANDOM", "seeds": list(seeds)}} if seeds else {}),
        "added": dataset.filenames(added),
    }


def manifest_digest(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a manifest says of inputs and result, whenever and under whatever name it was made.

    Two selections of equal digests were made from the same data in the same way, and added the same samples.
    """
    # Neither names nor times nor versions: what is digested fixes the result, whenever it is made again.
    content = {name: manifest.get(name) for name in ("query_set", "labeled_set", "test_set", "added")}
    content["filenames"] = manifest["dataset"]["filenames_digest"]
    for name in ("embedding", "score"):
        content[name] = manifest[name]["digest"] if name in manifest else None
    if "resolved" in manifest:
        content["resolved"] = manifest["resolved"]["digest"]
    config: Mapping[str, Any] = manifest.get("config", {})
    content["config"] = {name: value for name, value in config.items() if name != "name"}
    options = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
    return hashlib.sha256(orjson.dumps(content, option=options)).hexdigest()


def read_manifest(content: bytes) -> dict[str, Any]:
    """Return a manifest from its file.

    Raises:
        FileFormatError: If the file is not a manifest.
    """
    try:
        manifest = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileFormatError(f"a manifest is a JSON file: {error}; export the tag's manifest again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise FileFormatError(f"expected a JSON object with the format {FORMAT!r}; export a tag as a manifest")
    return manifest


def repeat(dataset: "Dataset", manifest: Mapping[str, Any]) -> Rows:
    """Return the rows that the selection of a manifest adds, selected anew and equal to those it lists, in order.

    Embedding and score are identified by their digests, whatever their names are now. Nothing is stored.

    Raises:
        InvalidInputError: If the manifest is not of a selection, the dataset has other samples, or other rows come out.
        MissingInputError: If an input is missing from the dataset or has changed.
    """
    if "config" not in manifest or manifest["query_set"] is None:
        raise InvalidInputError(
            f"tag '{manifest['tag']['name']}' was not made by a selection, or its query tag was gone when the manifest "
            "was made; use the filenames that it lists"
        )
    if _digest(dataset.filenames()) != manifest["dataset"]["filenames_digest"]:
        raise InvalidInputError(
            f"dataset '{dataset.name}' has other samples than '{manifest['dataset']['name']}' had; open that one"
        )
    provenance = Provenance.from_json(manifest)
    config = provenance.config or SelectionConfig(**manifest["config"])
    tests = mask_to_rows(bytes.fromhex(manifest.get("test_set", "")))
    request = SelectionRequest(
        dataset,
        config_of_method(config, len(tests)),
        mask_to_rows(bytes.fromhex(manifest["query_set"])),
        mask_to_rows(bytes.fromhex(manifest["labeled_set"])),
        _input(dataset, Kind.EMBEDDING, provenance.embedding),
        _input(dataset, Kind.SCORE, provenance.score),
        _resolved(dataset, config, manifest.get("resolved")),
    )
    rows = request.select() if config.test_share < 1 else tests[:0]
    # Test samples are mixed in at random places: without them the list is in the order of picking.
    added_tests = set(dataset.filenames(tests))
    listed = [name for name in manifest["added"] if name not in added_tests]
    _check_same(dataset, rows, listed, manifest["versions"])
    return rows


def _sets(dataset: "Dataset", tag: Tag, query_rows: Rows | None, added: Rows) -> dict[str, str | None]:
    """Return the masks of what a method chose among and kept away from."""
    n_strata = tag.provenance.n_strata
    stored_reserve = read_reserve(dataset, n_strata) if n_strata else None
    barred = stored_reserve.barred if stored_reserve else NO_ROWS
    labeled_rows = np.setdiff1d(tag.rows, added)
    sets = {
        "query_set": None if query_rows is None else np.setdiff1d(query_rows, barred),
        "labeled_set": np.setdiff1d(labeled_rows, barred),
    }
    if stored_reserve:
        sets["test_set"] = np.intersect1d(tag.rows, barred)
    masks: dict[str, str | None] = {}
    for name, rows in sets.items():
        masks[name] = None if rows is None else rows_to_mask(rows, dataset.n_samples).hex()
    return masks


def _provenance(tag: Tag) -> dict[str, Any]:
    # The version of a manifest is in its format; that of the record would be another.
    return {name: value for name, value in tag.provenance.to_json().items() if name != "version"}


def _input(dataset: "Dataset", kind: Kind, source: ArraySource | None) -> StoredArray | None:
    if source is None:
        return None
    for stored in dataset.arrays.all(kind):
        if stored.digest == source.digest:
            return stored
    raise MissingInputError(
        f"dataset '{dataset.name}' no longer has the {kind} '{source.name}' as it was (SHA-256 "
        f"{source.digest[:12]}…); store it again"
    )


def _resolved(dataset: "Dataset", config: SelectionConfig, source: Mapping[str, Any] | None) -> Resolved | None:
    """Return what names stood for: as a selection of the dataset keeps it, or as they stand now if that is the same."""
    if source is None:
        return None
    same = (each for each in dataset.arrays.all(Kind.RESOLVED) if each.digest == source["digest"])
    stored = next(same, None)
    if stored:
        return unpack(dataset.arrays.read(stored))
    resolved = resolve(dataset, config)
    if array_digest(pack(resolved)) != source["digest"]:
        raise MissingInputError(
            f"what goals and limits speak of has changed in dataset '{dataset.name}' since: import the metadata and "
            "predictions of then once more"
        )
    return resolved


def _check_same(dataset: "Dataset", rows: Rows, listed_names: list[str], versions: object) -> None:
    names = dataset.filenames(rows)
    if names == listed_names:
        return
    # If one list is the start of the other, they differ from the end of the shorter one.
    first = min(len(names), len(listed_names))
    for position, (name, listed_name) in enumerate(zip(names, listed_names, strict=False)):
        if name != listed_name:
            first = position
            break
    raise InvalidInputError(
        f"the selection differs from sample {first} onward, counting from 0: it was made with "
        f"{versions}; install these versions to repeat it"
    )


def _digest(filenames: list[str]) -> str:
    return hashlib.sha256(orjson.dumps(filenames)).hexdigest()
