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
from augkit_image import jpeg_file, jpeg_region
from augkit_image.border import Array
from augkit_image.composing import product
from augkit_image.files import OF_JPEG, Decoder, content, read_image
from augkit_image.jpeg_file import Header
from augkit_image.matrix import scales
from augkit_image.rectangle import Rectangle, shown_alone

_REDUCTIONS = (8, 4, 2)
_WORTH = 0.6
"""Beyond this fraction of its area the whole is decoded in the time of the part."""


def open_image(path: str | Path, decoder: Decoder = "pillow") -> Image | Array:
    """A picture file as a sample holds it: its pixels, or with a decoder of JPEG a file that waits for the plan."""
    if decoder not in OF_JPEG:
        return read_image(path, decoder)
    data, file = content(path)
    header = jpeg_file.read_header(data, file) if jpeg_file.is_jpeg(data) else None
    if header is None:
        return read_image(path, decoder)
    if decoder == "simplejpeg":
        return EncodedImage(data=data, header=header, file=file)
    jpeg_region.library()
    jpeg_file.check_end(data, file)
    return EncodedInParts(data=data, header=header, file=file)


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

    def seen_exactly(self, planar: PlanarMap) -> tuple[Image, PlanarMap]:
        """As much of the picture as makes no difference to what ``planar`` shows, and the map from there."""
        return self, planar

    def seen_through(self, planar: PlanarMap) -> tuple[Image, PlanarMap]:
        """The picture at the smallest scale that ``planar`` does not enlarge, and the map from there."""
        # Also where all of it has been decoded already, for another view say: nobody else's look may change the bytes.
        reduction = 1 if planar.interpolation == "nearest" else self._reduction(planar)
        if reduction == 1:
            return self.seen_exactly(planar)
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


class EncodedInParts(EncodedImage):
    """An EncodedImage of which a part can be decoded alone."""

    def seen_exactly(self, planar: PlanarMap) -> tuple[Image, PlanarMap]:
        part = None if "pixels" in self.__dict__ else shown_alone(planar)
        if part is None or _area(part) > _WORTH * self.header.height * self.header.width:
            return self, planar
        pixels = jpeg_region.decode_region(self.data, self.header, part)
        if pixels is None:  # broken: the decoder of the whole says what is wrong
            return self, planar
        back: Matrix = ((1.0, 0.0, float(part[1].start)), (0.0, 1.0, float(part[0].start)), (0.0, 0.0, 1.0))
        matrix = product(planar.matrix, back)
        size = Size(*pixels.shape[:2])
        return Image(pixels, options=self.options), dataclasses.replace(planar, matrix=matrix, size_in=size)


def _area(part: Rectangle) -> int:
    rows, columns = part
    return int((rows.stop - rows.start) * (columns.stop - columns.start))
