"""By which address a labeling tool finds an image."""

from urllib.parse import quote, urlsplit


def image_url(prefix: str, filename: str) -> str:
    """Return the prefix and the filename as one address, with a slash in between.

    Examples:
        >>> image_url("https://host/images", "day 1/a.png")
        'https://host/images/day%201/a.png'
        >>> image_url("s3://bucket/", "day 1/a.png")
        's3://bucket/day 1/a.png'
    """
    # Object stores are asked for a key, in which %20 stands for itself.
    is_key = "://" in prefix and not prefix.startswith("http")
    return _joined(prefix, filename if is_key else quote(filename))


def path_in_storage(prefix: str, filename: str) -> str:
    """Return the path by which a tool knows an image that it has from a share or from cloud storage.

    A URL of object storage gives the part behind the bucket. Downloads over HTTP are called by their last part alone.

    Examples:
        >>> path_in_storage("s3://bucket/raw", "day/a.png"), path_in_storage("share", "day/a.png")
        ('raw/day/a.png', 'share/day/a.png')
        >>> path_in_storage("https://host/images", "day/a.png")
        'a.png'
    """
    if prefix.startswith(("http://", "https://")):
        return filename.rpartition("/")[2]
    folder = urlsplit(prefix).path if "://" in prefix else prefix
    return _joined(folder, filename).lstrip("/")


def _joined(prefix: str, filename: str) -> str:
    # A prefix may end in a query such as `?d=`.
    has_end = not prefix or prefix.endswith(("/", "="))
    return prefix + filename if has_end else f"{prefix}/{filename}"
