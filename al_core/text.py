"""Wording of numbers in sentences."""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun in singular or plural.

    Examples:
        >>> counted(1, "filename"), counted(1200, "class")
        ('1 filename', '1,200 classes')
    """
    plural = f"{noun}es" if noun.endswith(("s", "x")) else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"
