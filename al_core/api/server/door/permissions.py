"""What people at other machines may name on this one: folders and servers that an administrator allowed."""

from collections.abc import Sequence
from pathlib import Path

from al_core.api.server.door.visitor import Visitor
from al_core.exceptions import NotAllowedError
from al_core.objects import address as object_address


def check_path(visitor: Visitor, path: Path, allowed: Sequence[Path]) -> Path:
    """Return a path without its symbolic links, which is the one to use from then on.

    Args:
        visitor: At this machine they may name any path.
        path: Of a file or folder, which need not exist.
        allowed: Folders in which everybody may name paths.

    Raises:
        NotAllowedError: If it lies elsewhere.
    """
    if visitor.is_here:
        return path.expanduser()
    resolved = path.resolve()
    if any(resolved.is_relative_to(folder.resolve()) for folder in allowed):
        return resolved
    raise NotAllowedError(
        f"{path} is not in a folder that is open to people at other machines; {named(allowed) or NO_FOLDER}"
    )


def check_address(visitor: Visitor, address: str, allowed: Sequence[str]) -> str:
    """Return the address of images in a storage that this machine has credentials for.

    Raises:
        NotAllowedError: If a visitor from elsewhere may not name it.
    """
    checked = object_address.check_address(address)
    # With a slash behind both, so that `s3://bucket/a` does not open `s3://bucket/abc`.
    if visitor.is_here or any(f"{checked}/".startswith(f"{place}/") for place in allowed):
        return checked
    open_ones = f"allowed are {', '.join(allowed)}" if allowed else NO_FOLDER
    raise NotAllowedError(f"{checked} is not open to people at other machines; {open_ones}")


def named(allowed: Sequence[Path]) -> str:
    """Return which folders are allowed, in words; empty if none is."""
    return f"allowed are {', '.join(map(str, allowed))}" if allowed else ""


def check_model(visitor: Visitor, model: str, built_in: str, allowed: Sequence[Path]) -> str:
    """Return the model to load: for people at other machines the bundled one or an ONNX file in an allowed folder.

    Raises:
        NotAllowedError: If loading it would run code or read a file that a visitor from elsewhere may not name.
    """
    if visitor.is_here or model == built_in:
        return model
    if not model.lower().endswith(".onnx"):
        raise NotAllowedError(f"from another machine use {built_in} or an ONNX file: loading {model!r} runs code")
    return str(check_path(visitor, Path(model), allowed))


def check_server(visitor: Visitor, server: str, allowed: Sequence[str]) -> None:
    """Raise `NotAllowedError` if this machine must not connect to a server for a visitor."""
    address = server.strip().rstrip("/")
    if not visitor.is_here and address not in allowed:
        raise NotAllowedError(
            f"people at other machines cannot open {address} from here; allowed are {', '.join(allowed) or NO_SERVER}"
        )


NO_FOLDER = "none is: whoever runs the server lists such folders in AL_CORE_ALLOWED_PATHS"
NO_SERVER = "none: whoever runs the server lists them in AL_CORE_ALLOWED_SERVERS"
