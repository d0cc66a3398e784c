"""Scenes for `detection_labels.py`: objects cut out of photographs on photographs, and what a frozen network sees."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import al_core
from benchmarks.photos import CLASSES, stamps, wallpapers

SIDE = 224
CELLS = 14
"""The detector decides at each of 14 x 14 places, 16 pixels apart."""
N_POOL = 300
N_TEST = 160
N_COMPONENTS = 128
BACKGROUND_SIDE = 448
LEAST_SIZE = 44
MOST_SIZE = 112
RAREST = 0.04
"""How often the rarest class is drawn, as a share of the commonest one."""
MOST_OVERLAP = 0.15
N_CLASSES = len(CLASSES)

Boxes = NDArray[np.float64]
Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Scenes:
    """N scenes.

    Attributes:
        features: (N, 14, 14, D) what the network sees at each place.
        embeddings: (N, 1280) what it makes of the whole scene.
        boxes: N arrays (B, 4) of x0, y0, x1, y1 relative to the scene.
        classes: N arrays (B,).
        photo: (N,) the number of the photograph behind the objects.
    """

    features: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    boxes: list[Boxes]
    classes: list[Classes]
    photo: NDArray[np.int64]

    @property
    def n_boxes(self) -> NDArray[np.int64]:
        """(N,) objects in each scene: what labeling it costs."""
        return np.array([len(classes) for classes in self.classes])


def make_scenes(seed: int) -> tuple[Scenes, Scenes]:
    """Return a pool and a test set that share neither a background nor a photograph of an object."""
    rng = np.random.default_rng(seed)
    photos = wallpapers(BACKGROUND_SIDE)
    order = rng.permutation(len(photos))
    halves = np.split(order, [len(order) // 2])
    cut_outs: list[list[list[NDArray[np.uint8]]]] = [[], []]
    for pictures in stamps().values():
        shuffled = rng.permutation(len(pictures))
        for side, numbers in enumerate(np.split(shuffled, [len(shuffled) // 2])):
            cut_outs[side].append([pictures[number] for number in numbers])
    # Frequencies from 1 down to the rarest, in another order of classes for each seed.
    shares = RAREST ** (rng.permutation(N_CLASSES) / (N_CLASSES - 1))
    shares /= shares.sum()
    pool = _composed(rng, photos, halves[0], cut_outs[0], shares, N_POOL)
    # Each class counts the same in the mean, so that each has about as many objects to be measured by.
    test = _composed(rng, photos, halves[1], cut_outs[1], np.full(N_CLASSES, 1 / N_CLASSES), N_TEST)
    return _reduced(pool, test)


def _composed(
    rng: np.random.Generator,
    photos: list[NDArray[np.uint8]],
    numbers: NDArray[np.int64],
    cut_outs: list[list[NDArray[np.uint8]]],
    shares: NDArray[np.float64],
    n_scenes: int,
) -> Scenes:
    images = np.empty((n_scenes, SIDE, SIDE, 3), np.uint8)
    behind = rng.choice(numbers, n_scenes)
    boxes: list[Boxes] = []
    classes: list[Classes] = []
    for scene in range(n_scenes):
        picture = Image.fromarray(_crop(photos[behind[scene]], rng))
        placed: list[tuple[float, ...]] = []
        shown: list[int] = []
        for _ in range(1 + min(rng.poisson(2), 7)):
            label = int(rng.choice(len(shares), p=shares))
            box = _place(picture, cut_outs[label][rng.integers(len(cut_outs[label]))], placed, rng)
            if box is not None:
                placed.append(box)
                shown.append(label)
        images[scene] = np.asarray(picture)
        boxes.append(np.array(placed).reshape(-1, 4) / SIDE)
        classes.append(np.array(shown, np.int64))
    features, embeddings = _seen(images)
    return Scenes(features, embeddings, boxes, classes, behind)


def _crop(photo: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    top = rng.integers(photo.shape[0] - SIDE + 1)
    left = rng.integers(photo.shape[1] - SIDE + 1)
    return photo[top : top + SIDE, left : left + SIDE]


def _place(
    picture: Image.Image, cut_out: NDArray[np.uint8], placed: list[tuple[float, ...]], rng: np.random.Generator
) -> tuple[float, ...] | None:
    """Paste an object where it covers little of the others and return its box, or None where there is no room."""
    scale = rng.uniform(LEAST_SIZE, MOST_SIZE) / max(cut_out.shape[:2])
    height, width = (max(round(side * scale), 8) for side in cut_out.shape[:2])
    shown = Image.fromarray(cut_out).resize((width, height))
    if rng.random() < 0.5:
        shown = shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for _ in range(20):
        left, top = (int(rng.integers(SIDE - side + 1)) for side in (width, height))
        box = (left, top, left + width, top + height)
        if not placed or overlaps(np.array([box], float), np.array(placed, float)).max() <= MOST_OVERLAP:
            picture.paste(shown, (left, top), shown)
            return box
    return None


def overlaps(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Return the intersection over union of each pair of boxes, (A, B)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    return np.asarray(common / (areas[0][:, None] + areas[1][None, :] - common))


@cache
def _session() -> Any:
    """Return the bundled network with two of its maps, of 16 and of 32 pixels a cell, as outputs."""
    import onnx
    import onnxruntime

    model = onnx.load(str(Path(al_core.__file__).parent / "models/efficientnet_lite0.onnx"))
    for name in ("add_385", "conv2d_47"):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _seen(images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    features = np.empty((len(images), CELLS, CELLS, 112 + 320), np.float32)
    embeddings = np.empty((len(images), 1280), np.float32)
    for row, image in enumerate(images):
        fine, coarse, whole = _session().run(["add_385", "conv2d_47", "features"], {"images": image[None]})
        features[row, ..., :112] = fine[0].transpose(1, 2, 0)
        features[row, ..., 112:] = coarse[0].transpose(1, 2, 0).repeat(2, axis=0).repeat(2, axis=1)
        embeddings[row] = whole[0] if whole.ndim == 2 else whole[0].mean((1, 2))
    return features, embeddings


def _reduced(pool: Scenes, test: Scenes) -> tuple[Scenes, Scenes]:
    """Return both with the principal components of the pool's features, which need no labels."""
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    cells = pool.features.reshape(-1, pool.features.shape[-1])
    scaler = StandardScaler().fit(cells)
    pca = PCA(N_COMPONENTS, whiten=True, random_state=0, svd_solver="randomized").fit(scaler.transform(cells[::7]))

    def components(scenes: Scenes) -> NDArray[np.float32]:
        flat = scenes.features.reshape(-1, scenes.features.shape[-1])
        reduced = pca.transform(scaler.transform(flat)).astype(np.float32)
        return np.asarray(reduced.reshape(*scenes.features.shape[:3], N_COMPONENTS))

    return replace(pool, features=components(pool)), replace(test, features=components(test))
