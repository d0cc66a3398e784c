"""A model with its predictions and scores in one body: a bundle of arrays whose attributes say which is which."""

from pathlib import Path
from typing import IO

from al_core.exceptions import FileFormatError
from al_core.store.models import NewModel
from al_core.wire.array_bundle import read_bundle, write_bundle

PREDICTIONS = "predictions"
SCORE = "score "
"""Before the name of a score, which may be called "predictions" too."""


def write_model(file: IO[bytes], model: NewModel) -> None:
    """Write a model that is to be stored."""
    arrays = {f"{SCORE}{name}": values for name, values in model.scores.items()}
    if model.predictions is not None:
        arrays[PREDICTIONS] = model.predictions
    attributes = {
        "name": model.name,
        "task": model.task,
        "kind": model.kind,
        "n_samples": model.n_samples,
        "attributes": dict(model.attributes),
        "score_attributes": dict(model.score_attributes),
        "prediction_attributes": dict(model.prediction_attributes),
    }
    write_bundle(file, arrays, attributes)


def read_model(path: Path) -> NewModel:
    """Return the model in a file that `write_model` wrote.

    Raises:
        FileFormatError: If the file is something else.
    """
    arrays, attributes = read_bundle(path)
    values = {name: attributes.get(name, {}) for name in ("attributes", "score_attributes", "prediction_attributes")}
    texts = {name: attributes.get(name, "") for name in ("name", "task", "kind")}
    n_samples = attributes.get("n_samples")
    is_whole = (
        all(isinstance(value, dict) for value in values.values())
        and all(isinstance(text, str) for text in texts.values())
        and (n_samples is None or (isinstance(n_samples, int) and n_samples >= 0))
    )
    if not is_whole:
        raise FileFormatError("the body is not a model: send what al_core.wire.model_bundle writes")
    return NewModel(
        **texts,
        **values,
        n_samples=n_samples,
        predictions=arrays.get(PREDICTIONS),
        scores={name.removeprefix(SCORE): array for name, array in arrays.items() if name.startswith(SCORE)},
    )
