"""Pictures of planted things, and one draw of a transform over them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit import rng, steps
from augkit.errors import AugkitError
from augkit.fields import Size
from augkit.sample import Axis
from augkit.testing import markers
from augkit.vocab.space import Boxes, Image, Mask
from augkit_image.bridge import Albumentations
from augkit_image.bridge_params import Foreign
from tests.plugins.image.agreement_cases import Case


@dataclass(frozen=True)
class Scene:
    """Things in a frame: points on pixel centres, blobs with the boxes round them."""

    size: Size
    points: np.ndarray
    boxes: np.ndarray
    mask: np.ndarray

    def marker_pictures(self, side: int, dtype: type) -> list[np.ndarray]:
        """Three markers a picture, one a channel."""
        pictures = []
        for first in range(0, len(self.points), 3):
            picture = np.zeros((*self.size, 3), dtype)
            for channel, (x, y) in enumerate(self.points[first : first + 3]):
                i, j, half = int(y), int(x), side // 2
                picture[max(i - half, 0) : i + half + 1, max(j - half, 0) : j + half + 1, channel] = _bright(dtype)
            pictures.append(picture)
        return pictures

    def blob_pictures(self, dtype: type) -> list[np.ndarray]:
        """Three blobs a picture, one a channel."""
        channels = [self.mask == number for number in range(1, len(self.boxes) + 1)]
        channels += [np.zeros(self.size, bool)] * (-len(channels) % 3)
        planes = [np.dstack(channels[first : first + 3]) for first in range(0, len(channels), 3)]
        return [plane.astype(dtype) * _bright(dtype) for plane in planes]


def _bright(dtype: type) -> Any:
    return dtype(255) if dtype is np.uint8 else dtype(1)


@functools.cache
def scene(size: tuple[int, int], seed: int) -> Scene:
    """Nine points, some at the edge; four blobs, two of which do not fill their boxes."""
    case = markers.object_case(size, seed, "rectangle" if seed % 2 else "ellipse", sides=12)
    drawn = np.random.default_rng(seed)
    inside = drawn.integers([2, 2], [size[1] - 2, size[0] - 2], (7, 2)) + 0.5
    points = np.vstack([inside, [[0.5, drawn.integers(size[0]) + 0.5], [size[1] - 0.5, size[0] - 0.5]]])
    return Scene(Size(*size), points, case.fields["boxes"]["xyxy"], case.fields["mask"])


@dataclass(frozen=True)
class Draw:
    """One draw of one transform for one scene."""

    transform: Albumentations
    scene: Scene
    params: Foreign

    def picture(self, pixels: np.ndarray) -> np.ndarray:
        """A picture of the scene, moved, from 0 to 1."""
        moved = self.transform._move_image(Image(pixels), self.params).pixels
        return moved.astype(np.float32) / (255 if moved.dtype == np.uint8 else 1)


def draw(case: Case, size: tuple[int, int], seed: int, dtype: type) -> Draw | None:
    """None where the transform refuses the frame; annotations are moved even where the bridge refuses them."""
    transform = steps.albumentations(name=case.name, arguments=case.arguments, allow_inexact=True).transform
    things = scene(size, seed)
    content = {
        "image": Image(np.zeros((*size, 3), dtype)),
        "mask": Mask(things.mask),
        "boxes": Boxes(things.boxes),
    }
    stream = rng.stream(seed, 0, f"{size}", 0, 0, str(case))
    try:
        return Draw(transform, things, transform.draw(stream, {Axis.SPACE: Size(*size)}, content))
    except AugkitError:
        return None
