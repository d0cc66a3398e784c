from pathlib import Path

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.envelope import unwrapped
from al_core.formats.files.reader import check_file
from al_core.formats.labels.readers import LABEL_READERS, read_labels
from al_core.formats.names.filenames import read_filenames


def read_labeled_filenames(path: Path, choices: ReadingChoices = BY_CONTENT) -> list[str]:
    """Return the filenames that a file says are labeled, each once.

    Args:
        path: A list of filenames, or a file or folder of labels: its images that are still open are left out.
        choices: How labels are to be read.

    Raises:
        FileFormatError: If it is neither, damaged, or says of no image that it is labeled.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    if not _holds_labels(path):
        return read_filenames(path)
    labels = read_labels(path, choices)
    if not labels.filenames:
        raise FileFormatError(
            f"{path.name} lists {len(labels.open_filenames):,} images, but none of them has a label; "
            "export those that are labeled, or give a list of their filenames"
        )
    return list(dict.fromkeys(labels.filenames))


def _holds_labels(path: Path) -> bool:
    check_file(path)
    with unwrapped(path) as inner:
        head = check_file(inner)
        return inner.is_dir() or any(reader.recognizes(inner, head) for reader in LABEL_READERS.values())
