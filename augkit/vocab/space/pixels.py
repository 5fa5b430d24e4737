"""Image, Mask and ImageTensor: the carriers of space. How their pixels follow is the image plugin's business."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.carriers import blends, weighted
from augkit.errors import DataError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame, Options, Target
from augkit.tensors import from_tensor, is_tensor, to_tensor
from augkit.vocab.sketches import of_grid
from augkit.vocab.space.levels import as_given, as_pixels
from augkit.vocab.space.mask_options import MaskOptions

_DEEP = " of 16 bits"


@dataclass(frozen=True, eq=False)
class Image(Target):
    """``pixels``: (h, w, c) uint8, or float32 within [0, 1]; c is 1 to 4 (gray, gray + alpha, RGB, RGBA).

    uint16 at the door is float32 inside, and uint16 again on the way out.
    """

    kind = "image"
    axes = SPACE
    carrier = True
    normalized_by = "image/normalize"
    fed_as = "picture"
    alike = 0.995
    levels = (0.0, 1.0)

    pixels: np.ndarray

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.pixels.shape[:2])}

    def lost(self) -> str | None:
        """One colour, give or take a level or two of 255."""
        nearest = 2 if self.pixels.dtype == np.uint8 else 2 / 255
        return "one colour" if (np.ptp(self.pixels, axis=(0, 1)) <= nearest).all() else None

    def sketch(self) -> np.ndarray | None:
        """Its gray picture at 16 x 16."""
        return of_grid(self.pixels.mean(axis=2))

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From an array (h, w[, c]), a PIL image, or a torch tensor (c, h, w)."""
        if isinstance(value, cls):
            return value, "target"
        pixels, form = _pixels(value)
        if pixels.dtype == np.uint16:
            pixels, form = as_pixels(pixels), f"{form}{_DEEP}"
        check_image(pixels)
        return cls(pixels, options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        deep, form = form.endswith(_DEEP), form.removesuffix(_DEEP)
        pixels = as_given(self.pixels, np.dtype(np.uint16)) if deep else self.pixels
        if form == "pil":
            return _to_pil(pixels)
        if form == "torch":
            return to_tensor(np.moveaxis(pixels, 2, 0))
        return outward(pixels[:, :, 0] if form == "flat" else pixels)

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> np.ndarray:
        return stack("image", [np.moveaxis(target.pixels, 2, 0) for target in targets])


@dataclass(frozen=True, eq=False)
class ImageTensor(Target):
    """``values``: (c, h, w) float32, what a network reads; made by ``to_tensor`` and ``normalize``."""

    kind = "image_tensor"
    axes = SPACE
    carrier = True
    normalized_by = "image/normalize"
    fed_as = "picture"
    alike = 0.995
    levels = (0.0, 1.0)

    values: np.ndarray

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.values.shape[1:])}

    def lost(self) -> str | None:
        """One colour, give or take two levels of 255, which 0.03 is after normalizing as usual."""
        return "one colour" if (np.ptp(self.values, axis=(1, 2)) <= 0.03).all() else None

    def sketch(self) -> np.ndarray | None:
        """Its gray picture at 16 x 16."""
        return of_grid(self.values.mean(axis=0))

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        return to_tensor(self.values) if form.removesuffix(_DEEP) == "torch" else outward(self.values)

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> np.ndarray:
        return stack("image", [target.values for target in targets])


@blends(Image)
def image_blends(images: Sequence[Image], weights: Sequence[float]) -> Image:
    """The weighted mean of every level, rounded to the nearest where levels are whole."""
    pixels, dtype = weighted([image.pixels for image in images], weights), images[0].pixels.dtype
    # Weights that sum to 1 but for rounding may go beyond the range by as much.
    whole = dtype.kind == "u"
    blended = np.clip(np.rint(pixels), 0, np.iinfo(dtype).max) if whole else np.clip(pixels, 0.0, 1.0)
    return dataclasses.replace(images[0], pixels=blended.astype(dtype))


@blends(ImageTensor)
def tensor_blends(tensors: Sequence[ImageTensor], weights: Sequence[float]) -> ImageTensor:
    """The weighted mean of every value."""
    return dataclasses.replace(tensors[0], values=weighted([tensor.values for tensor in tensors], weights))


@dataclass(frozen=True, eq=False)
class Mask(Target):
    """``classes``: (h, w) whole numbers or bool; always moved with nearest, so that no class is invented."""

    kind = "mask"
    axes = SPACE
    carrier = True
    options_type = MaskOptions

    classes: np.ndarray
    options: Any = field(default=MaskOptions(), kw_only=True)

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.classes.shape[:2])}

    def lost(self) -> str | None:
        """One class alone, beside what is ignored."""
        kept = self.classes[self.classes != self.outside] if self.classes.dtype != bool else self.classes
        return "one class only" if not kept.size or kept.min() == kept.max() else None

    @property
    def outside(self) -> int:
        """What pixels from outside the frame become, in the mask's own type."""
        if self.classes.dtype == bool:
            return 0
        info = np.iinfo(self.classes.dtype)
        return int(min(max(self.options.ignore_index, info.min), info.max))

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From an array (h, w) or (h, w, 1), a PIL image (palette indices are kept), or a torch tensor (h, w) or (1,
        h, w).
        """
        if isinstance(value, cls):
            return value, "target"
        classes, form = _classes(value)
        if classes.ndim != 2 or classes.dtype.kind not in "biu" or 0 in classes.shape:
            raise DataError(
                f"mask: got shape {classes.shape} of {classes.dtype}; expected (h, w) of whole numbers or bool. "
                "Is it a colour picture?"
            )
        _check_ignore_index(getattr(options, "ignore_index", 255), classes.dtype)
        return cls(classes, options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        match form:
            case "target":
                return self
            case ("pil", mode, palette):
                return _mask_to_pil(self.classes, mode, palette)
            case ("torch", ndim):
                return to_tensor(self.classes if ndim == 2 else self.classes[None])
        return outward(self.classes if form == "flat" else self.classes[:, :, None])

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> np.ndarray:
        return stack("mask", [target.classes.astype(np.int64) for target in targets])


def _check_ignore_index(index: int, dtype: np.dtype[Any]) -> None:
    # The custom of 255 gives way to the dtype; what somebody asked for must not turn into a class that means something.
    if dtype.kind == "b" or index == 255 or np.iinfo(dtype).min <= index <= np.iinfo(dtype).max:
        return
    raise DataError(
        f"mask: {dtype} cannot hold the `ignore_index` {index}. Give the mask as int64, or choose another number."
    )


def outward(array: np.ndarray) -> np.ndarray:
    """The array as others take it: inside, a flip is a view with a negative stride, which torch refuses."""
    return array.copy() if min(array.strides) < 0 else array


def stack(what: str, arrays: Sequence[np.ndarray]) -> np.ndarray:
    """One array of all, or DataError naming the shapes that differ."""
    shapes = sorted({array.shape for array in arrays})
    if len(shapes) > 1:
        listing = ", ".join(map(str, shapes[:4]))
        raise DataError(
            f"{what}: a batch needs equal shapes, got {listing}. End the steps with `resize`, `crop` or `pad`."
        )
    return np.stack(arrays)


def _pixels(value: Any) -> tuple[np.ndarray, Any]:
    if is_tensor(value):
        array = from_tensor(value)
        return (np.moveaxis(array, 0, 2) if array.ndim == 3 else array), "torch"
    if _is_pil(value):
        return _from_pil(value), "pil"
    if not isinstance(value, np.ndarray):
        raise DataError(
            f"image: got {type(value).__name__}; expected an array (h, w[, c]), a PIL image or a tensor (c, h, w)."
        )
    return (value[:, :, None], "flat") if value.ndim == 2 else (value, "array")


def check_image(pixels: np.ndarray, kind: str = "image") -> None:
    """Refuse what is no picture: another shape or dtype, or floats beyond [0, 1]."""
    if pixels.ndim != 3 or not 1 <= pixels.shape[2] <= 4 or 0 in pixels.shape:
        raise DataError(
            f"{kind}: got shape {pixels.shape}; expected (h, w) or (h, w, c) with 1 to 4 channels and no empty side."
        )
    if pixels.dtype == np.uint8:
        return
    if pixels.dtype != np.float32:
        raise DataError(
            f"{kind}: got {pixels.dtype}; expected uint8, uint16, or float32 within [0, 1]. "
            "Scale it: (image / its maximum).astype('float32')."
        )
    low, high = float(pixels.min()), float(pixels.max())
    if not (low >= -1e-3 and high <= 1.001):
        raise DataError(
            f"{kind}: float32 values reach from {low:g} to {high:g}; expected [0, 1]. Divide by 255, or give uint8."
        )


def _classes(value: Any) -> tuple[np.ndarray, Any]:
    if is_tensor(value):
        array = from_tensor(value)
        return (array[0] if array.ndim == 3 and len(array) == 1 else array), ("torch", array.ndim)
    if _is_pil(value):
        return np.asarray(value), ("pil", value.mode, value.getpalette() if value.mode == "P" else None)
    array = np.asarray(value)
    return (array[:, :, 0], "deep") if array.ndim == 3 and array.shape[2] == 1 else (array, "flat")


def _is_pil(value: Any) -> bool:
    return hasattr(value, "mode") and hasattr(value, "getbands")


def _from_pil(image: Any) -> np.ndarray:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[:, :, None]
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        gray = image.mode == "1" or image.mode.startswith(("I", "F"))
        if image.mode.startswith(("I", "F")):
            raise DataError(
                f"image: a PIL image of mode {image.mode} has more than 16 bits; give an array of float32 in [0, 1]."
            )
        clear = "transparency" in image.info or image.mode in ("PA", "RGBa")
        target = "LA" if image.mode == "La" else "L" if gray else "RGBA" if clear else "RGB"
        image = image.convert(target)
    array = np.asarray(image)
    return array[:, :, None] if array.ndim == 2 else array


def _to_pil(pixels: np.ndarray) -> Any:
    from PIL import Image as Pillow

    if pixels.dtype == np.float32:
        pixels = np.rint(pixels * 255).astype(np.uint8)
    return Pillow.fromarray(np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))


def _mask_to_pil(classes: np.ndarray, mode: str, palette: Any) -> Any:
    from PIL import Image as Pillow

    made = Pillow.fromarray(np.ascontiguousarray(classes))
    if palette is not None:
        made.putpalette(palette)
    return made if made.mode == mode or palette is not None else made.convert(mode)
