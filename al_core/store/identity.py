import secrets
import time


def new_id() -> str:
    """Return a fresh id of 24 hexadecimal digits, the form that Lightly's clients expect."""
    return secrets.token_hex(12)


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
