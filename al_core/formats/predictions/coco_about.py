"""What the ids in COCO results mean: the images and categories of an annotation file, or what the entries say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_values import is_list_of
from al_core.formats.files.records import check_category_ids, image_side
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.coco_table import Ids
from al_core.types import Rows

REPEATED_ID = Finding(
    "image-id-repeated",
    "image shares its id with another one of the annotation file",
    "images share their id with another one of the annotation file",
    "what belongs to which is unknown; the last one of each id is used",
)


@dataclass(frozen=True)
class CocoImages:
    """The images of a file.

    Attributes:
        filenames: (M,) one per image.
        sizes: (M, 2) width and height in pixels, NaN where unknown.
        of_entry: The position of the image of each entry.
        are_ids: Whether the filenames are only the numbers by which an annotation file would know the images.
        findings: What was noticed.
    """

    filenames: list[str]
    sizes: NDArray[np.floating]
    of_entry: Rows
    are_ids: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class CocoCategories:
    """The categories of a file.

    Attributes:
        names: (C,) one per category.
        ids: (C,) the number by which the file calls each.
        of_entry: The position of the category of each entry, -1 where it is not listed.
        keypoint_names: (C,) the names of its keypoints, where the file has them.
        skeletons: (C,) which of its keypoints are joined, counted from 1.
        findings: What was noticed.
    """

    names: list[str]
    ids: list[int]
    of_entry: Rows
    keypoint_names: list[list[str]]
    skeletons: list[list[list[int]]]
    findings: tuple[Finding, ...] = ()


def images_of(source: str, image_ids: Ids, file_names: Ids | None, about: Any) -> CocoImages:
    """Return the images of results.

    Args:
        source: The name of the file, for messages.
        image_ids: The `image_id` of each entry.
        file_names: The `file_name` of each entry, or None if they have none.
        about: The annotation file or the object that holds the results; without a list `images` the entries' own
            `file_name`, or else their `image_id`, is the filename.

    Raises:
        FileFormatError: If there are no images, or an entry is about one that is not listed.
    """
    entries = _entries(source, about, "images", "file_name")
    if entries is None:
        return _images_of_entries(source, image_ids, file_names)
    images = {image["id"]: image for image in entries}
    if not images:
        raise FileFormatError(f"{source} holds no results and no images; expected one entry per object")
    names = _names_by_id(image_ids, file_names)
    listed = list(images.values())
    by_name = _positions_by_name(listed)
    by_id = {key: position for position, key in enumerate(images)}
    position_of_id = np.empty(len(image_ids.different), dtype=np.int64)
    in_doubt: set[str] = set()
    for number, key in enumerate(image_ids.different):
        position = _position(key, names.get(key), by_id, by_name, listed)
        if position is None and key in names:
            # Listed under another name, or under several: how it meets the samples is up to its name.
            position = len(listed)
            listed.append({"file_name": names[key]})
            in_doubt.add(PurePosixPath(names[key]).name)
        if position is None:
            raise FileFormatError(
                f"{source}: image_id {key!a:.80} is not among the images; give the file that lists it"
            )
        position_of_id[number] = position
    is_kept = np.array([PurePosixPath(image["file_name"]).name not in in_doubt for image in listed])
    is_kept[position_of_id] = True
    # An image whose results may be under an unclear name is not one without results.
    listed = [image for image, keep in zip(listed, is_kept.tolist(), strict=True) if keep]
    position_of_id = (np.cumsum(is_kept) - 1)[position_of_id]
    repeated = [image["file_name"] for image in entries if images[image["id"]]["file_name"] != image["file_name"]]
    return CocoImages(
        [image["file_name"] for image in listed],
        np.array([[image_side(image, "width"), image_side(image, "height")] for image in listed]),
        position_of_id[image_ids.position],
        findings=tuple(REPEATED_ID.concerning(repeated)),
    )


def _position(
    key: int | str,
    name: str | None,
    by_id: Mapping[int | str, int],
    by_name: Mapping[str, int],
    listed: Sequence[Mapping[str, Any]],
) -> int | None:
    """Return the position of an image, by its id unless the entries' own `file_name` contradicts.

    Ultralytics makes the id of the name, and 1.jpg is not what an annotation file calls 1.
    """
    position = by_id.get(key)
    if name is None:
        return by_name.get(str(key)) if position is None else position
    path = PurePosixPath(name.replace("\\", "/"))
    is_made_of_name = str(key) == path.stem.lstrip("0") or str(key) == path.stem
    if position is None or is_made_of_name or PurePosixPath(listed[position]["file_name"]).name != path.name:
        return by_name.get(name)
    return position


def _images_of_entries(source: str, image_ids: Ids, file_names: Ids | None) -> CocoImages:
    keys = file_names or image_ids
    if not keys.different:
        raise FileFormatError(f"{source} holds no results and no images; expected one entry per object")
    # An id that is a number stands for a name only in an annotation file. Beside texts, it is a stem of digits.
    are_ids = file_names is None and all(isinstance(key, int) for key in keys.different)
    sizes = np.full((len(keys.different), 2), np.nan)
    return CocoImages([str(key) for key in keys.different], sizes, keys.position, are_ids)


def _names_by_id(image_ids: Ids, file_names: Ids | None) -> Mapping[int | str, str]:
    if file_names is None:
        return {}
    # Of a million entries few pairs differ. Where an id has two names, the one that comes later counts.
    pairs = np.unique(np.column_stack([image_ids.position, file_names.position]), axis=0).tolist()
    return {image_ids.different[key]: str(file_names.different[name]) for key, name in pairs}


def _positions_by_name(images: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the position of each image by its name, and by the end or stem of its name where that means one image."""
    of_name: dict[str, set[int]] = {}
    for position, image in enumerate(images):
        path = PurePosixPath(image["file_name"])
        for name in {str(path), path.name, path.stem}:
            of_name.setdefault(name, set()).add(position)
    single = {name: min(positions) for name, positions in of_name.items() if len(positions) == 1}
    # A whole name means its image, even where it is the end of another one.
    whole = {image["file_name"]: position for position, image in enumerate(images)}
    return single | whole


def categories_of(
    source: str, category_ids: Ids, category_names: Mapping[int | str, str], about: Any
) -> CocoCategories:
    """Return the categories of results; ids that are names, or count otherwise than the listed ones, are recognized.

    Args:
        source: The name of the file, for messages.
        category_ids: The `category_id` of each entry.
        category_names: What the entries themselves call each id.
        about: The annotation file or the object that holds the results, or None.

    Raises:
        FileFormatError: If `categories` are not such a list, or two of them have the same id.
    """
    entries = _entries(source, about, "categories", "name")
    if entries is None:
        # Numbers come before names, which Python would not compare with them.
        in_order = sorted(category_ids.different, key=lambda key: (isinstance(key, str), key))
        names = [category_names.get(key, key if isinstance(key, str) else f"class_{key}") for key in in_order]
        position: dict[int | str, int] = {key: number for number, key in enumerate(in_order)}
        findings: tuple[Finding, ...] = ()
        listed: dict[int | str, Mapping[str, Any]] = {key: {} for key in in_order}
    else:
        check_category_ids(source, entries)
        listed = {category["id"]: category for category in entries}
        by_id = {key: category["name"] for key, category in listed.items()}
        in_order = list(by_id)
        names = list(by_id.values())
        position, findings = _category_positions(category_ids.different, by_id)
    position_of_id = np.array([position.get(key, -1) for key in category_ids.different], dtype=np.int64)
    numbers = [number if isinstance(key, str) else key for number, key in enumerate(in_order)]
    return CocoCategories(
        names,
        numbers,
        position_of_id[category_ids.position],
        [_keypoint_names(category) for category in listed.values()],
        [_skeleton(category) for category in listed.values()],
        findings,
    )


def _category_positions(
    keys: Sequence[int | str], listed: Mapping[int | str, str]
) -> tuple[dict[int | str, int], tuple[Finding, ...]]:
    """Return the position of each category that entries speak of, and what had to be understood for that."""
    by_id: dict[int | str, int] = {key: position for position, key in enumerate(listed)}
    unlisted = [key for key in keys if key not in by_id]
    if not unlisted:
        return by_id, ()
    by_name: dict[int | str, int] = {name: position for position, name in enumerate(listed.values())}
    if any(key in by_name for key in unlisted):
        return by_name | by_id, (note("categories-by-name", "Categories are called by their names, not by their ids"),)
    # COCO's ids have gaps (1 to 90 for 80 classes), and frameworks count classes on from 0 or from 1.
    numbers = sorted(key for key in listed if isinstance(key, int))
    for first in (0, 1):
        # Every id of the results counts the listed ones, and one of them is no listed id.
        counted: dict[int | str, int] = {first + place: by_id[number] for place, number in enumerate(numbers)}
        if all(key in counted for key in keys):
            shift = f"Category ids count the categories of the annotation file from {first}"
            return counted, (note("categories-shifted", shift, f"its own ids begin with {numbers[0]}"),)
    return by_id, ()


def _keypoint_names(category: Mapping[str, Any]) -> list[str]:
    names = category.get("keypoints")
    # What is not as COCO has it is left out: nothing else depends on it.
    return list(names) if is_list_of(names, str) else []


def _skeleton(category: Mapping[str, Any]) -> list[list[int]]:
    edges = category.get("skeleton")
    if not isinstance(edges, list):
        return []
    return [edge for edge in edges if _is_edge(edge)]


def _is_edge(edge: Any) -> bool:
    return isinstance(edge, list) and len(edge) == 2 and all(type(end) is int for end in edge)


def _entries(source: str, about: Any, key: str, name: str) -> list[Mapping[str, Any]] | None:
    """Return the entries of `images` or `categories`, or None if the file has no such list."""
    entries = about.get(key) if isinstance(about, dict) else None
    if entries is None:
        return None
    if not isinstance(entries, list):
        raise FileFormatError(f"{source}: {key!r} is not a list")
    for number, entry in enumerate(entries):
        has_id = isinstance(entry, dict) and isinstance(entry.get("id"), int | str)
        if not has_id or not isinstance(entry.get(name), str):
            raise FileFormatError(f"{source}, {key}[{number}]: expected an 'id' and a text {name!r}")
    return entries
