"""Stands in for the training libraries that Lightly imports and the active learning workflow never calls."""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, ClassVar

STUBBED = {"torch", "torchvision", "pytorch_lightning", "hydra", "omegaconf", "yaml"}


class AnyAttribute(type):
    """A class that has every attribute."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return make(name)


def make(name: str) -> type:
    """A class that can be inherited from and called, also with the function that it decorates."""
    return AnyAttribute(name, (), {"__init__": lambda self, *_, **__: None, "__call__": lambda self, given: given})


class Stub(ModuleType):
    """A module in which every name is a class."""

    __path__: ClassVar[list[str]] = []  # type: ignore[misc]  # what makes it a package
    __version__ = "1.1.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return make(name)


class StubFinder(MetaPathFinder, Loader):
    """Finds a stub for every module of the training libraries."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name.split(".", maxsplit=1)[0] in STUBBED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Stub(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


sys.meta_path.insert(0, StubFinder())
