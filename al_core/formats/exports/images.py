from al_core.exceptions import InvalidInputError
from al_core.formats.exports.archive import zip_files
from al_core.formats.exports.rows import ExportRows

MAX_IMAGES = 1000
"""Of one zip, which is made in memory."""
MAX_BYTES = 500_000_000
"""Of one zip: so much memory is taken at once."""


def write_image_archive(rows: ExportRows) -> bytes:
    """Return a zip of the images under their filenames, in rank order.

    Raises:
        InvalidInputError: If there are more than `MAX_IMAGES` or `MAX_BYTES`; `exports.copy_images` takes any number.
        MissingInputError: If an image is not in the images folder.
    """
    paths = rows.image_paths if len(rows.filenames) <= MAX_IMAGES else []
    if len(rows.filenames) > MAX_IMAGES or sum(path.stat().st_size for path in paths) > MAX_BYTES:
        raise InvalidInputError(
            f"a zip takes up to {MAX_IMAGES:,} images and {MAX_BYTES // 10**6} MB, this tag has more; "
            "copy or link them into a folder with exports.copy_images"
        )
    # Images are compressed already.
    files = ((name, path.read_bytes()) for name, path in zip(rows.filenames, paths, strict=True))
    return zip_files(files, compress=False)
