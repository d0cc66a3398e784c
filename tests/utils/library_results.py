"""What detection libraries return, with their attributes and without them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Tensor:
    """A tensor on a GPU that has a gradient: NumPy takes it only after `detach` and `cpu`."""

    def __init__(self, values: Any, place: str = "grad cuda") -> None:
        self._values = np.asarray(values)
        self._place = place
        self.dtype = self._values.dtype

    def detach(self) -> "Tensor":
        return Tensor(self._values, self._place.replace("grad ", ""))

    def cpu(self) -> "Tensor":
        return Tensor(self._values, self._place.replace("cuda", "cpu"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if self._place != "cpu":
            raise TypeError(f"cannot convert a tensor that is {self._place}")
        return self._values if dtype is None else self._values.astype(dtype)

    def __len__(self) -> int:
        return len(self._values)


def ultralytics_result(**parts: Any) -> SimpleNamespace:
    """Return a `Results` of an image of 200 x 100 pixels; `orig_shape` is height and width."""
    empty = dict.fromkeys(("boxes", "obb", "keypoints", "probs", "masks"))
    return SimpleNamespace(orig_shape=(100, 200), names={0: "cat", 1: "dog"}, **{**empty, **parts})


def ultralytics_boxes(xyxy: Any, conf: Any, cls: Any) -> SimpleNamespace:
    """Return the `Boxes` or `OBB` of a result, whose classes are floats."""
    return SimpleNamespace(xyxy=Tensor(xyxy), conf=Tensor(conf), cls=Tensor(np.array(cls, np.float32)))
