"""Are the bundled model's features worth having? Measured on Fashion-MNIST (Debian package dataset-fashion-mnist).

First the accuracy of a linear probe (logistic regression) and of 5 nearest neighbors, compared with raw pixels and
their PCA. Then what selections on the model's features are worth: from the same 100 random labels, each method doubles
the labeled set, and a logistic regression is trained on the features; reported are mean and standard deviation of its
test accuracy over seeds. CORAL and ACTIVE_LEARNING take the margin of the model trained on the labels so far.

By default it uses 5,000 training and 5,000 test images and 2 seeds, about 3 minutes on two cores; the figures in
docs/decisions/030-bundled-model.md come from `--train 10000 --test 10000 --seeds 5`.
"""

import argparse
import gzip
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from al_core.config import SelectionConfig
from al_core.embedding import EmbeddedImage, embed, load_model
from al_core.scorers import ScorerClassification
from al_core.selection import select

FOLDER = Path("/usr/share/datasets/fashion-mnist")
METHODS = ("RANDOM", "CORESET", "CORAL", "ACTIVE_LEARNING")
BUDGETS = (100, 200, 400, 800)


def read(part: str, n_rows: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images (n, 28, 28) and labels (n,)."""
    images = gzip.decompress((FOLDER / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((FOLDER / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)[:n_rows],
        np.frombuffer(labels, np.uint8, offset=8)[:n_rows],
    )


def features(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            Image.fromarray(image).save(path)
        results = embed(paths, load_model())
        return np.stack([result.embedding for result in results if isinstance(result, EmbeddedImage)])


def probe(train: NDArray[np.float32], labels: NDArray[np.uint8]) -> LogisticRegression:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000)).fit(train, labels)


def report_accuracy(
    train: dict[str, NDArray[np.float32]],
    train_labels: NDArray[np.uint8],
    test: dict[str, NDArray[np.float32]],
    test_labels: NDArray[np.uint8],
) -> None:
    pca = PCA(50, random_state=0).fit(train["pixels"])
    for part in (train, test):
        part["PCA of pixels"] = pca.transform(part["pixels"])
    print(f"{'embedding':22}{'linear probe':>14}{'5-NN':>8}")
    for name, vectors in train.items():
        linear = probe(vectors, train_labels).score(test[name], test_labels)
        nearest = make_pipeline(Normalizer(), KNeighborsClassifier(5)).fit(vectors, train_labels)
        print(f"{name:22}{linear:14.1%}{nearest.score(test[name], test_labels):8.1%}", flush=True)


def learning_curve(
    method: str,
    seed: int,
    train: NDArray[np.float32],
    train_labels: NDArray[np.uint8],
    test: NDArray[np.float32],
    test_labels: NDArray[np.uint8],
) -> list[float]:
    labeled = np.random.default_rng(seed).choice(len(train), BUDGETS[0], replace=False)
    curve = []
    for budget in (*BUDGETS[1:], None):
        model = probe(train[labeled], train_labels[labeled])
        curve.append(model.score(test, test_labels))
        if budget is not None:
            probabilities = np.zeros((len(train), 10), np.float32)
            probabilities[:, model.classes_] = model.predict_proba(train)
            scores = ScorerClassification(probabilities).calculate_scores()["uncertainty_margin"]
            config = SelectionConfig(method, budget, seed=seed)
            added = select(train, config, scores=scores, preselected_rows=np.sort(labeled))
            labeled = np.concatenate([labeled, added])
    return curve


def described(images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    pixels = images.reshape(-1, 784).astype(np.float32) / np.float32(255)
    return {"pixels": pixels, "efficientnet-lite0": features(images)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=int, default=5000, help="training images, up to 60,000")
    parser.add_argument("--test", type=int, default=5000, help="test images, up to 10,000")
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    train_images, train_labels = read("train", arguments.train)
    test_images, test_labels = read("t10k", arguments.test)
    started = time.perf_counter()
    train = described(train_images)
    test = described(test_images)
    seconds = time.perf_counter() - started
    print(f"{len(train_labels):,} training and {len(test_labels):,} test images, embedded in {seconds:.0f} s")
    report_accuracy(train, train_labels, test, test_labels)
    print(f"\n{'labels':18}" + "".join(f"{budget:>16}" for budget in BUDGETS))
    split = train["efficientnet-lite0"], train_labels, test["efficientnet-lite0"], test_labels
    for method in METHODS:
        curves = np.array([learning_curve(method, seed, *split) for seed in range(arguments.seeds)])
        cells = [f"{mean:.1%} ± {spread:.1%}" for mean, spread in zip(curves.mean(0), curves.std(0), strict=True)]
        print(f"{method:18}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
