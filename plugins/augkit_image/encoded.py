"""Pictures that are still files: decoded when somebody looks, and then no larger than what will be seen of them."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from pathlib import Path
from typing import Any

from augkit.fields import Size
from augkit.sample import Axis, Frame, Options
from augkit.vocab.space import Image, PlanarMap
from augkit.vocab.space.planar import Matrix
from augkit_image import jpeg_file
from augkit_image.border import Array
from augkit_image.composing import product
from augkit_image.files import Decoder, content, read_image
from augkit_image.jpeg_file import Header
from augkit_image.matrix import scales

_REDUCTIONS = (8, 4, 2)


def open_image(path: str | Path, decoder: Decoder = "pillow") -> Image | Array:
    """A picture file as a sample holds it: its pixels, or with ``simplejpeg`` a JPEG that waits for the plan."""
    if decoder != "simplejpeg":
        return read_image(path, decoder)
    data, file = content(path)
    header = jpeg_file.read_header(data, file) if jpeg_file.is_jpeg(data) else None
    return read_image(path, decoder) if header is None else EncodedImage(data=data, header=header, file=file)


class EncodedImage(Image):
    """An Image whose ``pixels`` are decoded on first use. Replacing them makes a plain Image."""

    data: bytes
    header: Header
    file: str | None

    def __new__(cls, pixels: Array | None = None, **given: Any) -> Any:
        return object.__new__(cls) if pixels is None else Image(pixels, options=given.get("options", Options()))

    def __init__(self, *, data: bytes, header: Header, file: str | None = None, options: Any = Options()) -> None:  # noqa: B008
        for name, value in (("data", data), ("header", header), ("file", file), ("options", options)):
            object.__setattr__(self, name, value)

    @cached_property
    def pixels(self) -> Array:  # type: ignore[override]
        """All of it, as large as it is stored."""
        return jpeg_file.decode(self.data, self.header, file=self.file)

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.header.upright)}

    def seen_through(self, planar: PlanarMap) -> tuple[Image, PlanarMap]:
        """The picture at the smallest scale that ``planar`` does not enlarge, and the map from there."""
        # Also where all of it has been decoded already, for another view say: nobody else's look may change the bytes.
        reduction = 1 if planar.interpolation == "nearest" else self._reduction(planar)
        if reduction == 1:
            return Image(self.pixels, options=self.options), planar
        small = jpeg_file.decode(self.data, self.header, reduction, self.file)
        grown: Matrix = ((float(reduction), 0.0, 0.0), (0.0, float(reduction), 0.0), (0.0, 0.0, 1.0))
        matrix = product(planar.matrix, grown)
        size = Size(*small.shape[:2])
        return Image(small, options=self.options), dataclasses.replace(planar, matrix=matrix, size_in=size)

    def _reduction(self, planar: PlanarMap) -> int:
        height, width = self.header.upright
        largest = max(scales([list(row) for row in planar.matrix], width, height))
        for reduction in _REDUCTIONS:
            # What is left over at the far side of a turned picture would lie at the near one.
            whole = self.header.orientation == 1 or not (height % reduction or width % reduction)
            if largest * reduction <= 1 and whole:
                return reduction
        return 1
