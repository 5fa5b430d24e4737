"""Heatmaps and depth: numbers at every pixel that follow geometry and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np

from augkit.errors import DataError
from augkit.fields import Limits, Size
from augkit.sample import SPACE, Axis, Frame, KernelOf, Options, Target
from augkit.tensors import from_tensor, is_tensor, to_tensor
from augkit.transform import Kernel
from augkit.vocab.space.erase import Erase
from augkit.vocab.space.mask_options import MaskOptions
from augkit.vocab.space.pixels import Image, Mask, outward, stack
from augkit.vocab.space.planar import PlanarMap, SpaceMap

_COLOURS = 3
_COVERAGE = MaskOptions(ignore_index=0)


class DenseOptions(Options):
    """``outside`` is what pixels from outside the frame become; ``nan`` for "not known", where the numbers came as
    floats. ``interpolation``: ``linear``, or ``nearest``, which mixes no two values.
    """

    outside: Annotated[float | Literal["nan"], Limits(doc="what comes in from outside the frame")] = 0.0
    interpolation: Literal["linear", "nearest"] = "linear"


class HeatmapOptions(DenseOptions):
    """``pairs`` are channels, counted from 0, that change places under a mirror: left and right."""

    pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Depth(Target):
    """``values``: (h, w, c) float32 of any size, metres or millimetres as they come; nan is "not known" and spreads to
    what is interpolated from it. Moved, never scaled: a picture that is enlarged is not nearer.
    """

    kind = "depth"
    axes = SPACE
    carrier = True
    options_type: ClassVar[type[Options]] = DenseOptions

    values: np.ndarray
    options: Any = field(default=DenseOptions(), kw_only=True)

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.values.shape[:2])}

    @property
    def outside(self) -> float:
        """What pixels from outside the frame become."""
        return float(self.options.outside)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From an array (h, w[, c]) or a tensor ([c, ]h, w) of any number type; inside it is float32, and whole
        numbers come back rounded.
        """
        if isinstance(value, cls):
            return value, "target"
        tensor, array = is_tensor(value), np.asarray(from_tensor(value))
        if array.ndim not in (2, 3) or array.dtype.kind not in "biuf" or 0 in array.shape:
            raise DataError(
                f"{cls.kind}: got shape {array.shape} of {array.dtype}; expected numbers (h, w) or (h, w, channels)."
            )
        if array.dtype.kind != "f" and np.isnan(float(getattr(options, "outside", 0.0))):
            raise DataError(f"{cls.kind}: {array.dtype} cannot hold `outside: nan`. Give floats, or choose a number.")
        values = array[:, :, None] if array.ndim == 2 else np.moveaxis(array, 0, 2) if tensor else array
        form = {"tensor": tensor, "flat": array.ndim == 2, "dtype": array.dtype}
        return cls(values.astype(np.float32, copy=False), options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        values = _as_dtype(self.values, form["dtype"])
        if form["flat"]:
            values = values[:, :, 0]
        if not form["tensor"]:
            return outward(values)
        return to_tensor(values if form["flat"] else np.moveaxis(values, 2, 0))

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> np.ndarray:
        return stack(cls.kind, [np.moveaxis(target.values, 2, 0) for target in targets])

    @classmethod
    def derived(cls, params: type[Any], kernel_of: KernelOf) -> Kernel | None:
        """Along a map as the image's pixels go, and as the mask's for what lies outside; over erasing by its policy."""
        if issubclass(params, Erase):
            return _erased
        of_image, of_mask = kernel_of(Image), kernel_of(Mask)
        if of_image is None or of_mask is None or not issubclass(params, SpaceMap):
            return None
        return lambda target, drawn: target.along(drawn, of_image, of_mask)

    def along(self, space: SpaceMap, of_image: Callable[..., Any], of_mask: Callable[..., Any]) -> Self:
        """These values where the map takes them. Nothing is blended with ``outside`` at the edge of the picture."""
        names = {f.name for f in dataclasses.fields(space)}
        constant = getattr(space, "border", "constant") == "constant"
        asked = {"interpolation": self.options.interpolation, "fill": 0.0}
        asked |= {"border": "replicate"} if constant else {}
        plain = dataclasses.replace(space, **{name: asked[name] for name in asked.keys() & names})
        values = _by_threes(self.values, lambda part: of_image(Image(part), plain).pixels)
        if constant and not _covers(space):
            here = of_mask(Mask(np.ones(self.values.shape[:2], np.uint8), options=_COVERAGE), space).classes
            values = np.where(here[:, :, None] != 0, values, np.float32(self.outside))
        return dataclasses.replace(self, values=values)


@dataclass(frozen=True, eq=False)
class Heatmap(Depth):
    """``values``: (h, w, c) float32 of any size: keypoint maps, densities, probabilities, one a channel."""

    kind = "heatmap"
    options_type = HeatmapOptions

    options: Any = field(default=HeatmapOptions(), kw_only=True)

    def along(self, space: SpaceMap, of_image: Callable[..., Any], of_mask: Callable[..., Any]) -> Self:
        """As depth; under a mirror, the channels of each pair change places too."""
        moved = super().along(space, of_image, of_mask)
        if not self.options.pairs or not space.mirrors():
            return moved
        order = np.arange(self.values.shape[2])
        for left, right in self.options.pairs:
            if not (0 <= left < len(order) and 0 <= right < len(order)):
                raise DataError(f"heatmap: `pairs` names channels {left} and {right} of {len(order)}, counted from 0.")
            order[[left, right]] = order[[right, left]]
        return dataclasses.replace(moved, values=moved.values[:, :, order])


def _erased(target: Depth, erase: Erase) -> Depth:
    if erase.policy == "keep" or not erase.rects:
        return target
    values = target.values.copy()
    for x0, y0, x1, y1 in erase.rects:
        values[y0:y1, x0:x1] = target.outside if erase.policy == "ignore" else 0.0
    return dataclasses.replace(target, values=values)


def _by_threes(values: np.ndarray, move: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Three channels at a time, as colours, else one: the last of two or of four would be alpha."""
    channels = values.shape[2]
    if channels in (1, _COLOURS):
        return move(values)
    whole = channels - channels % _COLOURS
    cuts = [*range(0, whole, _COLOURS), *range(whole, channels)]
    ends = [*cuts[1:], channels]
    return np.concatenate([move(values[:, :, a:b]) for a, b in zip(cuts, ends, strict=True)], axis=2)


def _covers(space: SpaceMap) -> bool:
    """Whether a map is known to fill the whole output from inside the input: by its corners, where straight."""
    if not isinstance(space, PlanarMap):
        return False
    h, w = space.size_out
    xy = space.inverse().points(np.array([[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]))
    limits = np.array([space.size_in.w, space.size_in.h], dtype=np.float64)
    return bool(((xy >= 0) & (xy <= limits)).all())


def _as_dtype(values: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    if dtype.kind == "f":
        return values.astype(dtype, copy=False)
    if dtype.kind == "b":
        return values >= 0.5
    info = np.iinfo(dtype)
    return np.clip(np.rint(values.astype(np.float64)), info.min, info.max).astype(dtype)
