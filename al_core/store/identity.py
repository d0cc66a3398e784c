import secrets
import time


def new_id() -> str:
    """Return a fresh id of 24 hexadecimal digits, the form that Lightly's clients expect."""
    return secrets.token_hex(12)


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def sample_id(dataset_id: str, row: int) -> str:
    """Return a sample's id: the start of its dataset's id, then its row. So no table has to map one to the other."""
    return f"{dataset_id[:16]}{row:08x}"
