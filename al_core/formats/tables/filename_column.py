from collections.abc import Sequence

from al_core.formats.files.filename_rules import filename_rank, names_image_file
from al_core.formats.tables.column_names import LAST_NAMING_INTEGERS, meaning_of_name
from al_core.formats.tables.meaning import Meaning
from al_core.formats.tables.sample import ColumnSample, Content

_MOST = 0.8
"""The share of cells that decides: a few may be empty, damaged or repeated."""

_RANK_OF_IMAGES = 2.5
"""Texts that end as image files do are better than a column `id` and worse than a column `path`."""


def find_filename_column(samples: Sequence[ColumnSample], candidates: Sequence[int]) -> tuple[int, str] | None:
    """Return the column that names the images and why, or None.

    The name decides, then cells that end as image files do, then whether texts are all different. Of several such
    columns one that repeats, such as the `source` of all images, comes last.

    Args:
        samples: All columns.
        candidates: Those that may be it.
    """
    texts = [position for position in candidates if samples[position].content is Content.TEXTS]
    ranks = {position: rank for position in texts if (rank := _rank_of_texts(samples[position])) is not None}
    if ranks:
        best = min(ranks, key=lambda position: (not _is_distinct(samples[position]), ranks[position]))
        is_named = filename_rank(samples[best].name) is not None
        return best, "named as filenames are" if is_named else "its texts end as image files do"
    integers = [position for position in candidates if samples[position].content is Content.INTEGERS]
    numbers = {position: rank for position in integers if (rank := filename_rank(samples[position].name)) is not None}
    # A column `index` of whole numbers counts rows; a column `image_id` names images.
    naming = [position for position, rank in numbers.items() if rank <= LAST_NAMING_INTEGERS]
    if naming:
        return min(naming, key=lambda position: numbers[position]), "named as filenames are"
    # One row is always different.
    distinct = [position for position in texts if _is_distinct(samples[position]) and not _is_class(samples[position])]
    return (distinct[0], "its texts are all different") if len(distinct) == 1 and _has_rows(samples) else None


def _rank_of_texts(sample: ColumnSample) -> float | None:
    rank = filename_rank(sample.name)
    n_images = sum(names_image_file(str(cell)) for cell in sample.cells)
    ends_as_images = n_images >= _MOST * len(sample.cells)
    return _RANK_OF_IMAGES if rank is None and ends_as_images else rank


def _is_distinct(sample: ColumnSample) -> bool:
    # A few repeated rows are for the report to tell.
    return len(set(map(str, sample.cells))) >= _MOST * len(sample.cells)


def _has_rows(samples: Sequence[ColumnSample]) -> bool:
    return max(len(sample.cells) for sample in samples) > 1


def _is_class(sample: ColumnSample) -> bool:
    return meaning_of_name(sample.name) in (Meaning.LABEL, Meaning.PREDICTED)
