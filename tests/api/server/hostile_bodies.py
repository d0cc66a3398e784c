"""A valid body for every route that takes JSON."""

from collections.abc import Iterator
from typing import Any

Bodies = dict[tuple[str, str], Any]
TAGS = {"queryTagId": "{tag}", "preselectedTagId": None}


def bodies(names: Iterator[int]) -> Bodies:
    """Return them by method and path, with a number in every name; ids are filled in later."""
    number = next(names)
    return _dataset_bodies(number) | _tag_bodies(number) | _column_bodies(number) | _selection_bodies(number)


def _dataset_bodies(number: int) -> Bodies:
    about = {"thumbName": "t", "exif": {"a": 1}, "metaData": {"sizeInBytes": 3}, "customMetaData": {"x": {"y": [1]}}}
    return {
        ("POST", "/datasets"): {"name": f"other {number}", "type": "Images", "imgType": "full"},
        ("POST", "{dataset}/samples"): {"fileName": f"{number}.png", **about},
        ("PUT", "{dataset}/samples/{sample}"): about,
        ("PUT", "{dataset}/registerDatasetUpload"): {"total": 6, "processed": 6, "uploadMethod": "x"},
        ("PUT", "{dataset}/filenames"): ["a.png"],
        ("PUT", "{dataset}"): {"name": f"renamed {number}"},
        ("POST", "{dataset}/image-frames"): [0, 5],
    }


def _tag_bodies(number: int) -> Bodies:
    return {
        ("POST", "{dataset}/tags"): {
            "name": f"tag {number}",
            "bitMaskData": "0x3",
            "totSize": 6,
            "prevTagId": "{tag}",
            "facts": {"operation": "by hand", "tags": ["a"], "more": {"deep": [1]}},
            **TAGS,
        },
        ("PUT", "{dataset}/tags/{leaf}"): {"name": f"tag {number}", "role": "region"},
        ("POST", "{dataset}/tags/initial"): {"imgType": "full", "creator": "x"},
        ("POST", "{dataset}/tags/upsize"): {"upsizeTagName": f"more {number}", "upsizeTagCreator": "x"},
        ("POST", "{dataset}/tags/arithmetics"): {
            "tagId1": "{tag}",
            "tagId2": "{tag}",
            "operation": "UNION",
            "newTagName": f"union {number}",
        },
        ("POST", "{dataset}/tags/arithmetics/bitmask"): {"tagId1": "{tag}", "tagId2": "{tag}", "operation": "UNION"},
        ("POST", "{dataset}/tags/{tag}/scores"): {"scoreType": f"score {number}"[:5], "scores": [0.5] * 6},
    }


def _column_bodies(number: int) -> Bodies:
    prediction = {"type": "CLASSIFICATION", "taskName": "animals", "categoryId": 1, "score": 0.5}
    entry = {"name": f"column {number}", "path": "x.y", "defaultValue": 1, "valueDataType": "NUMERIC_FLOAT"}
    view: dict[str, Any] = {"name": f"view {number}", "dimensionalityReductionMethod": "PCA"}
    view |= {f"coordinatesDimension{axis}": [0, 1, 2, 3, 4, 5] for axis in (1, 2)}
    return {
        ("PUT", "{dataset}/models/{model}"): {"name": f"model {number}", "isCurrent": True},
        ("PUT", "{dataset}/round-plan"): {
            "target": 0.9,
            "price_per_image": 0.5,
            "price_per_object": 0.1,
            "value_per_point": 10.0,
            "currency": "€",
        },
        ("PUT", "{dataset}/embeddings/{embedding}/isProcessed"): {"rowCount": 6},
        ("POST", "{dataset}/embeddings/{embedding}/trigger2dEmbeddingsJob"): {"dimensionalityReductionMethod": "PCA"},
        ("POST", "{dataset}/embeddings/{embedding}/2d"): view,
        ("POST", "{dataset}/predictions/tasks"): {
            "name": f"task{number}",
            "type": "CLASSIFICATION",
            "categories": [{"id": 1, "name": "cat"}],
        },
        ("POST", "{dataset}/predictions/samples/{sample}"): [{**prediction, "probabilities": [0.5, 0.5]}],
        ("POST", "{dataset}/configuration/metadata"): {"name": "x", "configs": [entry]},
        ("PUT", "{dataset}/configuration/metadata/{configuration}"): {"name": "x", "configs": [entry]},
    }


def _selection_bodies(number: int) -> Bodies:
    stop = {"stoppingCondition": {"nSamples": 3, "minDistance": 0.1}}
    return {
        ("POST", "{dataset}/embeddings/{embedding}/sampling"): {
            "newTagName": f"sampling {number}",
            "method": "CORESET",
            "config": stop,
            "scoreType": None,
            "seed": 1,
            **TAGS,
        },
        ("POST", "{dataset}/selections"): {
            "name": f"selection {number}",
            "method": "CORAL",
            "nSamples": 3,
            "minDistance": -1,
            "scoreName": "mine",
            "seed": 1,
            "normalize": True,
            "coral": "herding",
            "strength": 1.0,
            "testShare": 0.5,
            "testGroups": None,
            "followsRounds": True,
            "embeddingId": "{embedding}",
            **TAGS,
        },
        ("POST", "{dataset}/selections/check"): {
            "name": f"selection {number}",
            "method": "CORAL",
            "nSamples": 3,
            "goals": [{"kind": "prefer", "column": "mine", "strength": 2.0}, {"kind": "novel"}],
            "limits": [
                {"kind": "at-most", "k": 2, "per": {"kind": "pattern", "text": "{}.jpg"}},
                {"kind": "apart", "by": {"kind": "column", "name": "mine"}, "at_least": 0.1},
                {"kind": "quota", "by": {"kind": "folder", "depth": 1}, "ranges": [["a", [0, 2]]]},
                {"kind": "between", "name": "mine", "at_least": 0.1, "at_most": 0.9},
            ],
            "budget": {"total": 5, "unit": "money", "per_image": 0.5, "currency": "EUR"},
            **TAGS,
        },
        ("POST", "{dataset}/selections/spacing"): {"embeddingId": "{embedding}", "followsRounds": True, **TAGS},
        ("POST", "{dataset}/tags/{selection}/next-best"): {"row": 0, "edits": [{"row": 5, "replacement": 2}]},
        ("POST", "{dataset}/tags/{selection}/edits"): {"name": f"edited {number}", "edits": [{"row": 0}]},
        ("POST", "{dataset}/compare"): {
            "configs": [{"name": f"compared {number}", "method": "RANDOM", "nSamples": 3, "seed": 1}],
            "embeddingId": "{embedding}",
            "queryTagId": "{tag}",
        },
    }
