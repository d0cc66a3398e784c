"""Models, each with its predictions and scores (al_core extension)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from al_core import workflow
from al_core.api.schemas.deleted import DeletedData
from al_core.api.schemas.models import ModelData, ModelUpdate
from al_core.api.server.array_checks import check_array
from al_core.api.server.bodies import FILE_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath
from al_core.api.server.errors import ApiError, coded
from al_core.exceptions import InvalidInputError
from al_core.store import Kind, LocalDataset, Model, NewModel
from al_core.store.models import CONFIDENCE_THRESHOLD
from al_core.wire.model_bundle import read_model as read_bundle

router = APIRouter(prefix="/datasets/{dataset_id}/models", tags=["Models"], route_class=JsonRoute)


def model_of_path(dataset: DatasetOfPath, model_id: str) -> Model:
    """Return the model that the path names, by id or name."""
    named = (model for model in dataset.models.all() if model_id in (model.id, model.name))
    model = next(named, None)
    if model is None:
        message = f"dataset '{dataset.name}' has no model '{model_id}'"
        raise ApiError(404, "MODEL_UNKNOWN", message, "NotFoundError")
    return model


ModelOfPath = Annotated[Model, Depends(model_of_path)]


@router.get("")
def read_models(dataset: DatasetOfPath) -> list[ModelData]:
    """Return all models, newest first."""
    return [ModelData.of(model) for model in dataset.models.all()]


@router.post("", status_code=201, openapi_extra=FILE_BODY)
def save_model(dataset: DatasetOfPath, body: BodyFile) -> ModelData:
    """Store predictions and scores that another machine has made, as `al_core.wire.model_bundle` writes them.

    Files of predictions go to `PUT …/predictions`, which scores them here.
    """
    new = read_bundle(body)
    check(dataset, new)
    return ModelData.of(dataset.models.store(new))


@router.get("/deleted")
def read_deleted(dataset: DatasetOfPath) -> list[DeletedData]:
    """Return the models that can be restored, the one deleted last first."""
    return [DeletedData.model_validate(vars(deleted)) for deleted in dataset.models.deleted()]


@router.post("/deleted/{deleted_id}")
def restore_model(dataset: DatasetOfPath, deleted_id: str) -> ModelData:
    """Restore a deleted model; it is current again if it was."""
    with coded(NotFoundError="MODEL_UNKNOWN"):
        return ModelData.of(dataset.models.restore(deleted_id))


@router.get("/{model_id}")
def read_model(model: ModelOfPath) -> ModelData:
    """Return one model."""
    return ModelData.of(model)


@router.put("/{model_id}")
def update_model(dataset: DatasetOfPath, model: ModelOfPath, body: ModelUpdate) -> ModelData:
    """Give a model another name, let its boxes count from another confidence on, make it current, or all of that."""
    if body.confidence_threshold is not None:
        model = workflow.change_threshold(dataset, model, body.confidence_threshold)
    if body.name is not None and body.name != model.name:
        with coded(AlreadyExistsError="MODEL_NAME_EXISTS"):
            model = dataset.models.rename(model, body.name)
    if body.is_current:
        model = dataset.models.make_current(model)
    return ModelData.of(model)


@router.delete("/{model_id}", status_code=204, response_class=Response)
def delete_model(dataset: DatasetOfPath, model: ModelOfPath) -> None:
    """Remove a model with its predictions and scores; the newest one left of its task becomes current."""
    dataset.models.delete(model)


def check(dataset: LocalDataset, new: NewModel) -> None:
    """Raise unless a client may store this model."""
    if not new.scores:
        raise InvalidInputError("a model comes with at least one score")
    threshold = new.attributes.get(CONFIDENCE_THRESHOLD, 0.0)
    # A bool is an int to Python.
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise InvalidInputError(f"{CONFIDENCE_THRESHOLD} of a model is a number from 0 to 1, not {threshold!r}")
    for name, values in new.scores.items():
        check_array(dataset, Kind.SCORE, name, values, dict(new.score_attributes))
    if new.predictions is not None:
        check_array(dataset, new.kind, new.name, new.predictions, dict(new.prediction_attributes))
