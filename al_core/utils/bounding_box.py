from dataclasses import InitVar, dataclass, fields

from al_core.exceptions import InvalidInputError


@dataclass(frozen=True)
class BoundingBox:
    """A box with corners (x0, y0) and (x1, y1), relative to the size of its image.

    Attributes:
        x0: Left edge, 0 to 1.
        y0: Upper edge, 0 to 1.
        x1: Right edge, above x0.
        y1: Lower edge, above y0.
        clip_values: Clip the box to the image; with False, a box that reaches outside is an error.

    Raises:
        InvalidInputError: If a corner is not a number, or the box is empty, before or after clipping, or lies outside
            with `clip_values=False`.

    Examples:
        >>> width, height = 200, 100
        >>> BoundingBox(20 / width, 25 / height, 100 / width, 50 / height)
        BoundingBox(x0=0.1, y0=0.25, x1=0.5, y1=0.5)
        >>> BoundingBox(-0.25, 0.5, 0.75, 1.5)
        BoundingBox(x0=0.0, y0=0.5, x1=0.75, y1=1.0)
    """

    x0: float
    y0: float
    x1: float
    y1: float
    clip_values: InitVar[bool] = True

    def __post_init__(self, clip_values: bool) -> None:
        original = (self.x0, self.y0, self.x1, self.y1)
        for field in fields(self):
            try:
                value = float(getattr(self, field.name))
            except (TypeError, ValueError) as error:
                raise InvalidInputError(
                    f"a bounding box is four numbers, 0 to 1, and its {field.name} is {getattr(self, field.name)!r}"
                ) from error
            # The dataclass is frozen, so what is clipped goes past its setter.
            object.__setattr__(self, field.name, min(max(value, 0.0), 1.0) if clip_values else value)
        if not all(0 <= value <= 1 for value in (self.x0, self.y0, self.x1, self.y1)):
            raise InvalidInputError(
                f"a bounding box is relative to the image, 0 to 1, not {original}; divide by its width and height"
            )
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise InvalidInputError(
                f"a bounding box needs x0 < x1 and y0 < y1 within the image, 0 to 1, not (x0, y0, x1, y1) = {original}"
            )

    @classmethod
    def from_x_y_w_h(cls, x: float, y: float, w: float, h: float) -> "BoundingBox":
        """Return the box with upper left corner (x, y), width w and height h.

        Examples:
            >>> BoundingBox.from_x_y_w_h(0.25, 0.5, 0.5, 0.25)
            BoundingBox(x0=0.25, y0=0.5, x1=0.75, y1=0.75)
        """
        return cls(x, y, x + w, y + h)

    @classmethod
    def from_yolo_label(cls, x_center: float, y_center: float, w: float, h: float) -> "BoundingBox":
        """Return the box with center (x_center, y_center), width w and height h.

        Examples:
            >>> BoundingBox.from_yolo_label(0.5, 0.5, 0.5, 0.25)
            BoundingBox(x0=0.25, y0=0.375, x1=0.75, y1=0.625)
        """
        half_width = w / 2
        half_height = h / 2
        return cls(x_center - half_width, y_center - half_height, x_center + half_width, y_center + half_height)

    @property
    def width(self) -> float:
        """The width relative to the image."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """The height relative to the image."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """The area relative to the image."""
        return self.width * self.height
