"""Embedding images on workers: each reads a few files itself, runs the model on them, and sends their numbers back."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import uname
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from al_core.cluster.cluster import Cluster, Task
from al_core.embedding.embed import (
    BrokenImage,
    EmbeddedImage,
    Embedder,
    batches,
    embed_batch,
    images_per_task,
)
from al_core.embedding.load import ModelOption, load_model
from al_core.embedding.model import EmbeddingModel
from al_core.embedding.sources import ImageSource, image_source
from al_core.exceptions import ALCoreError, InvalidInputError, MissingInputError, NotAllowedError
from al_core.objects.address import is_address

# Results travel without what the model saw: 150 KB an image.
_NO_PIXELS = np.empty((0, 0, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class EmbedImages(Task):
    """The embeddings of a few images.

    Attributes:
        address: Of the images: a folder that all machines see under one path, or an address such as `s3://bucket`.
        filenames: Below it.
        option: What names the model, see `load_model`.
        facts: Those of the model where the work was started; a worker with another one is refused.
    """

    address: str
    filenames: Sequence[str]
    option: ModelOption
    facts: Mapping[str, Any]

    def run(self, tick: Callable[[], None]) -> list[EmbeddedImage | BrokenImage]:
        """Return each image with its embedding, or why it has none, in order.

        Raises:
            MissingInputError: If this machine sees none of the images.
            NotAllowedError: If it has another model.
            WorkspaceError: If it cannot read from the storage they are in.
        """
        model = _loaded(self.option)
        _check_same(self.facts, model.facts)
        if not is_address(self.address):
            _check_are_seen(Path(self.address), self.filenames)
        source = image_source(self.address)
        results = embed_batch([source.file(name) for name in self.filenames], model)
        return [_light(result, name) for result, name in zip(results, self.filenames, strict=True)]


def embedder_on(cluster: Cluster, option: ModelOption) -> Embedder:
    """Return what embeds images on the workers of a cluster.

    Raises:
        NotAllowedError: If the option is a model that has been loaded: workers load it themselves, by its name.
    """
    if isinstance(option, EmbeddingModel):
        raise NotAllowedError(
            f"the model '{option.name}' has been loaded in this process, and workers load models themselves: give its "
            "name, its file or its function"
        )

    def embed_there(
        source: ImageSource, filenames: Sequence[str], model: EmbeddingModel, tick: Callable[[], None]
    ) -> Generator[EmbeddedImage | BrokenImage]:
        # As many at a time as here: what a model makes of an image may depend on those beside it.
        tasks = (
            EmbedImages(source.address, names, option, model.facts)
            for names in batches(filenames, images_per_task(model))
        )
        names: Iterator[str] = iter(filenames)
        for results in cluster.stream(tasks, tick):
            yield from (replace(result, path=source.file(next(names))) for result in results)

    return embed_there


_lock = Lock()
_models: dict[ModelOption, EmbeddingModel] = {}


def _loaded(option: ModelOption) -> EmbeddingModel:
    """Return a model, loaded once per worker whatever the number of its threads."""
    with _lock:
        if option not in _models:
            # One at a time: those of earlier work would fill the memory.
            _models.clear()
            try:
                _models[option] = load_model(option)
            except ALCoreError as error:
                raise type(error)(f"a worker on {uname().nodename} cannot load the model: {error}") from error
        return _models[option]


def _check_same(expected: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    for name, value in expected.items():
        if here[name] != value:
            raise NotAllowedError(
                f"a worker on {uname().nodename} has another model than where the work was started ({name} "
                f"{here[name]} instead of {value}), so embeddings could differ: let all machines have the same file, "
                "packages and kind of processor"
            )


def _check_are_seen(folder: Path, filenames: Sequence[str]) -> None:
    if not folder.is_dir():
        raise MissingInputError(
            f"a worker on {uname().nodename} does not see {folder}: keep the images on storage that all workers mount "
            "at the same place, or in a bucket"
        )
    if not any((folder / name).exists() for name in filenames):
        raise InvalidInputError(
            f"{folder} holds other images on {uname().nodename} than where the work was started: '{filenames[0]}' is "
            "not there; let all machines mount the same storage"
        )


def _light(result: EmbeddedImage | BrokenImage, name: str) -> EmbeddedImage | BrokenImage:
    """Return a result as it travels: with the name of the file alone, and without pixels."""
    light = replace(result, path=Path(name))
    return replace(light, image=replace(light.image, pixels=_NO_PIXELS)) if isinstance(light, EmbeddedImage) else light
