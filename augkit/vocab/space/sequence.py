"""Image sequences: the frames of a film, or slices, under one draw."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from augkit.errors import DataError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame, KernelOf, Options, Target
from augkit.tensors import from_tensor, is_tensor, to_tensor
from augkit.transform import Kernel
from augkit.vocab.space.levels import as_given, as_pixels
from augkit.vocab.space.pixels import Image, ImageTensor, check_image, outward, stack


@dataclass(frozen=True, eq=False)
class ImageSequence(Target):
    """``frames``: (t, h, w, c) uint8, or float32 within [0, 1]; c is 1 to 4.

    Every step that an image follows, it follows frame by frame with the same draw: one flip, one crop, one noise for
    all. What a step measures on a picture (the mean gray of ``contrast``) it measures on each frame.
    """

    kind = "image_sequence"
    axes = SPACE
    carrier = True
    made_of = "image"
    made_into = {"image_tensor": "image_sequence_tensor"}

    frames: np.ndarray

    def __len__(self) -> int:
        return len(self.frames)

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.frames.shape[1:3])}

    def parts(self) -> list[Image]:
        """The frames as images."""
        return [Image(pixels, options=self.options) for pixels in self.frames]

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From an array (t, h, w[, c]), a list of arrays (h, w[, c]), or a torch tensor (t, c, h, w); uint8, uint16, or
        float32 within [0, 1].
        """
        if isinstance(value, cls):
            return value, "target"
        frames = _frames(value)
        flat, tensor = frames.ndim == 3, is_tensor(value)
        form = {"flat": flat, "tensor": tensor, "list": isinstance(value, list | tuple), "dtype": frames.dtype}
        frames = as_pixels(frames[..., None] if flat else np.moveaxis(frames, 1, 3) if tensor else frames)
        if frames.ndim != 4 or not len(frames):
            raise DataError(
                f"image_sequence: got shape {np.shape(value)}; expected (t, h, w[, c]) with a frame at least."
            )
        check_image(frames.reshape(-1, *frames.shape[2:]), "image_sequence")
        return cls(frames, options=options), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        frames = as_given(self.frames, form["dtype"])
        if form["tensor"]:
            return to_tensor(frames[..., 0] if form["flat"] else np.moveaxis(frames, 3, 1))
        frames = outward(frames[..., 0] if form["flat"] else frames)
        return list(frames) if form["list"] else frames

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> np.ndarray:
        return stack("image_sequence", [np.moveaxis(target.frames, 3, 1) for target in targets])

    @classmethod
    def derived(cls, params: type[Any], kernel_of: KernelOf) -> Kernel | None:
        """Each frame as an image follows."""
        of_image = kernel_of(Image)
        return None if of_image is None else FrameByFrame(of_image)

    def frame_by_frame(self, of_image: Callable[[Any, Any], Any], params: Any) -> Target:
        """The film of what becomes of each frame, or of the tensors that the frames become."""
        images = self.parts()
        moved = [of_image(image, params) for image in images]
        if all(now is was for now, was in zip(moved, images, strict=True)):
            return self
        if isinstance(moved[0], ImageTensor):
            return ImageSequenceTensor(np.stack([each.values for each in moved]), options=self.options)
        return dataclasses.replace(self, frames=np.stack([each.pixels for each in moved]))


@dataclass(frozen=True)
class FrameByFrame:
    """The kernel of a film that is made of the kernel of an image, which a runner may run otherwise."""

    of_image: Kernel

    def __call__(self, film: ImageSequence, params: Any) -> Target:
        """Every frame by the kernel of an image."""
        return film.frame_by_frame(self.of_image, params)


@dataclass(frozen=True, eq=False)
class ImageSequenceTensor(Target):
    """``values``: (t, c, h, w) float32, what a network reads; made by ``to_tensor`` and ``normalize``."""

    kind = "image_sequence_tensor"
    axes = SPACE
    carrier = True
    made_of = "image_tensor"
    made_into = {"image_tensor": "image_sequence_tensor"}

    values: np.ndarray

    def frame(self) -> Frame:
        return {Axis.SPACE: Size(*self.values.shape[2:])}

    def parts(self) -> list[ImageTensor]:
        """The frames as tensors."""
        return [ImageTensor(values, options=self.options) for values in self.values]

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        tensor = isinstance(form, dict) and form["tensor"]
        return to_tensor(self.values) if tensor else outward(self.values)

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> np.ndarray:
        return stack("image_sequence", [target.values for target in targets])

    @classmethod
    def derived(cls, params: type[Any], kernel_of: KernelOf) -> Kernel | None:
        """Each frame as an image tensor follows."""
        of_tensor: Any = kernel_of(ImageTensor)
        if of_tensor is None:
            return None
        return lambda film, drawn: dataclasses.replace(
            film, values=np.stack([of_tensor(ImageTensor(values), drawn).values for values in film.values])
        )


def _frames(value: Any) -> np.ndarray:
    if not isinstance(value, list | tuple):
        return np.asarray(from_tensor(value))
    shapes = sorted({np.shape(each) for each in value})
    if len(shapes) > 1:
        raise DataError(f"image_sequence: the frames differ in shape: {', '.join(map(str, shapes[:4]))}.")
    return np.stack([np.asarray(from_tensor(each)) for each in value]) if value else np.zeros((0, 0, 0, 0), np.uint8)
