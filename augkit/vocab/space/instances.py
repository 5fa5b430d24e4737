"""Instance masks: one mask an object, with columns beside. How their pixels follow is what ``Mask`` does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from augkit.columns import check_lengths, take
from augkit.errors import DataError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame, KernelOf, Options, Target
from augkit.tensors import from_tensor, is_tensor, to_tensor
from augkit.vocab.space.clipping import ClipOptions, kept
from augkit.vocab.space.erase import Erase
from augkit.vocab.space.mask_options import MaskOptions
from augkit.vocab.space.pixels import Mask, outward
from augkit.vocab.space.planar import SpaceMap

_CLEAR = MaskOptions(ignore_index=0)
_ASKED = 1024


@dataclass(frozen=True, eq=False)
class InstanceMasks(Target):
    """``masks``: (n, h, w) bool, one an object; objects may overlap. What comes in from outside the frame is False.

    ``visible`` (n,) is the fraction of each object's pixels that has stayed in the frame so far. Objects of which too
    little is left, by ``min_visible`` and ``min_size`` (of the box round it), are dropped with their columns.
    """

    kind = "masks"
    axes = SPACE
    carrier = True
    options_type = ClipOptions

    masks: np.ndarray
    columns: Mapping[str, Any] = field(default_factory=dict)
    visible: np.ndarray | None = None
    options: Any = field(default=ClipOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.masks)

    def frame(self) -> Frame:
        """The size; an empty list has none to tell."""
        return {Axis.SPACE: Size(*self.masks.shape[1:])} if self.masks.shape[1] else {}

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From (n, h, w) bool or whole numbers of which one beside 0 is used, or a mapping with ``masks`` and any
        columns. Objects without a pixel are dropped.
        """
        if isinstance(value, cls):
            return value, "target"
        columns: dict[str, Any] = {}
        mapping = isinstance(value, Mapping)
        if mapping:
            if "masks" not in value:
                raise DataError(f"masks: got keys {list(value)}; expected `masks`, and columns beside it.")
            columns = {name: column for name, column in value.items() if name != "masks"}
            value = value["masks"]
        masks, dtype, on = _bools(value)
        check_lengths("masks", len(masks), columns)
        made = cls(masks, columns, options=options)
        return made.settled(masks, np.ones(len(masks))), {
            "mapping": mapping,
            "torch": is_tensor(value),
            "dtype": dtype,
            "on": on,
        }

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        masks: Any = (
            self.masks
            if form["dtype"].kind == "b"
            else self.masks.astype(form["dtype"]) * form["dtype"].type(form["on"])
        )
        masks = to_tensor(masks) if form["torch"] else outward(masks)
        return {"masks": masks, **self.columns} if form["mapping"] else masks

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        return [{"masks": target.masks.astype(np.uint8), **target.columns} for target in targets]

    @classmethod
    def derived(cls, params: type[Any], kernel_of: KernelOf) -> Callable[[Any, Any], Target] | None:
        """As ``Mask`` follows maps and erasing."""
        of_mask = kernel_of(Mask)
        if of_mask is None or not issubclass(params, SpaceMap | Erase):
            return None
        return lambda masks, drawn: _followed(masks, drawn, of_mask)

    def settled(self, moved: np.ndarray, visible: np.ndarray) -> Self:
        """These objects as ``moved`` (n, h, w), of which ``visible`` is left; dropped by the policy."""
        here = dataclasses.replace(self, masks=moved, visible=visible)
        shortest = (
            np.minimum(*(_extent(np.asarray(moved.any(axis=axis))) for axis in (1, 2))) if len(moved) else np.zeros(0)
        )
        keep = kept(visible, shortest, self.options)
        return here if keep.all() else here.only(keep)

    def only(self, keep: np.ndarray) -> Self:
        """The objects where ``keep`` (n,) is true, columns and all."""
        visible = None if self.visible is None else self.visible[keep]
        return dataclasses.replace(self, masks=self.masks[keep], visible=visible, columns=take(self.columns, keep))


def _followed(masks: InstanceMasks, params: Any, of_mask: Callable[[Any, Any], Any]) -> InstanceMasks:
    if isinstance(params, Erase) and (params.policy == "keep" or not params.rects):
        return masks
    # Eight objects travel as the bits of one mask: nearest moves whole numbers as they are.
    packed = np.packbits(masks.masks, axis=0) if len(masks) else np.zeros((1, *masks.masks.shape[1:]), np.uint8)
    if not packed.size:
        return masks
    moved = np.stack([of_mask(Mask(plane, options=_CLEAR), params).classes for plane in packed])
    bools = np.unpackbits(moved, axis=0, count=len(masks)).view(bool)
    return masks.settled(bools, _visible(masks, bools, params))


def _visible(masks: InstanceMasks, moved: np.ndarray, params: Any) -> np.ndarray:
    before = np.ones(len(masks)) if masks.visible is None else masks.visible
    if isinstance(params, SpaceMap):
        return np.asarray(before * _staying_fraction(masks.masks, params))
    left, whole = (np.count_nonzero(each, axis=(1, 2)) for each in (moved, masks.masks))
    hidden = 1 - left / np.maximum(whole, 1)
    return np.asarray(np.where(hidden > params.max_hidden, 0.0, before))


def _staying_fraction(masks: np.ndarray, space: SpaceMap) -> np.ndarray:
    """The fraction (n,) of each object's pixels, or of some 1,000 of them, that the map leaves in the frame."""
    places = [np.flatnonzero(mask) for mask in masks]
    asked = [at[:: max(1, len(at) // _ASKED)] for at in places]
    owner = np.repeat(np.arange(len(masks)), [len(at) for at in asked])
    rows, columns = np.divmod(np.concatenate([*asked, np.zeros(0, np.intp)]), masks.shape[2])
    x, y = space.points(np.stack([columns, rows], axis=1) + 0.5).T
    stays = (x >= 0) & (x <= space.size_out.w) & (y >= 0) & (y <= space.size_out.h)
    counts = (np.bincount(owner, weights=each, minlength=len(masks)) for each in (stays, np.ones(len(stays))))
    return np.asarray(np.divide(*counts))


def _extent(used: np.ndarray) -> np.ndarray:
    """How far (n,) the true values of each row of (n, k) reach, from the first to the last."""
    count = used.shape[1]
    first, last = used.argmax(axis=1), count - used[:, ::-1].argmax(axis=1)
    return np.where(used.any(axis=1), last - first, 0)


def _bools(given: Any) -> tuple[np.ndarray, Any, int]:
    """(n, h, w) bool, the dtype it came in, and the number that stood for True."""
    masks = np.asarray(from_tensor(given))
    if masks.size == 0:
        shape = (0, *masks.shape[1:]) if masks.ndim == 3 and 0 not in masks.shape[1:] else (0, 0, 0)
        return np.zeros(shape, bool), masks.dtype if masks.dtype.kind in "biu" else np.dtype(bool), 1
    if masks.ndim != 3 or masks.dtype.kind not in "biu":
        raise DataError(f"masks: got shape {masks.shape} of {masks.dtype}; expected (n, h, w) bool, one an object.")
    if masks.dtype == bool:
        return masks, masks.dtype, 1
    on = int(masks.max()) or 1
    bools = masks != 0
    if (bools != (masks == on)).any():
        raise DataError(
            f"masks: an object's mask has one number beside 0, these have {np.unique(masks)[:5].tolist()}. Class "
            "numbers are of kind `mask`, values in between of kind `heatmap`."
        )
    return bools, masks.dtype, on
