"""What the processes of a cluster must have in common, so that together they give the results of one machine."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import numpy as np

import al_core
from al_core.exceptions import NotAllowedError
from al_core.geometry.space import squared_norms

# Lengths around the widths of vector registers, and a long one.
_PROBED_DIMS = (1, 7, 8, 31, 64, 517, 1_024)
_PROBED_ROWS = 64


@dataclass(frozen=True)
class Environment:
    """The version of al_core, and how this machine adds numbers up.

    Attributes:
        version: Of al_core.
        arithmetic: Equal on machines whose squared norms are equal to the last bit. numpy adds up in an order that
            depends on the processor's vector registers; distances do not, for their order is fixed (decision 010).
    """

    version: str
    arithmetic: str

    def check(self, where: str) -> None:
        """Raise `NotAllowedError` if this process differs.

        Args:
            where: What this process is, for the message.
        """
        here = environment()
        if here.version != self.version:
            raise NotAllowedError(
                f"{where} has al_core {here.version}, and the work was started by al_core {self.version}: install "
                "the same version on all machines"
            )
        if here.arithmetic != self.arithmetic:
            raise NotAllowedError(
                f"{where} has another kind of processor, which adds numbers up in another order: results could "
                "differ from those of one machine; use workers of one kind, and start the work on such a machine"
            )


@cache
def environment() -> Environment:
    """Return the environment of this process."""
    return Environment(al_core.__version__, _arithmetic())


def _arithmetic() -> str:
    digest = sha256()
    for dim in _PROBED_DIMS:
        numbers = np.random.default_rng(dim).random((_PROBED_ROWS, dim), np.float32)
        # The factor by which `Space` scales a row.
        digest.update((np.float32(1) / np.sqrt(squared_norms(numbers))).tobytes())
    return digest.hexdigest()[:16]
