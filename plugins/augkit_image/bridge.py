"""``albumentations: {name: …}``: every transform of albumentations 2.0.8 as one step."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np

from augkit.errors import AugkitError, DataError, FieldError, ReplayError
from augkit.fields import Limits, Size
from augkit.rng import Stream
from augkit.sample import SPACE, Axis, Frame, Label, Target
from augkit.transform import Kernel, Transform, kernel_for
from augkit.vocab.space import Boxes, Erase, Image, Keypoints, Mask, SpaceMap
from augkit_image.bridge_library import make
from augkit_image.bridge_params import Foreign
from augkit_image.bridge_straight import FOLLOWING, StraightMap, why_not_straight
from augkit_image.bridge_table import (
    CHANGES,
    CONSTANTS,
    ELLIPSE,
    ERASERS,
    INEXACT,
    KEEPS_FRAME,
    NEAREST_EXACT,
    NEEDS,
    PAINTERS,
    RESIZERS,
    may_mirror,
)
from augkit_image.bridge_targets import erased, move_boxes, move_mask, move_points

_OURS = ("name", "arguments", "allow_inexact")
_KINDS = {"mask": "mask", "boxes": "bboxes", "keypoints": "keypoints"}


class Albumentations(Transform[Foreign]):
    """What the named transform of albumentations does, drawn from our streams; its arguments stand beside ``name``.

    Images keep their dtype; its ``fill`` is in the image's own units (0 to 255, or 0 to 1). Masks follow with nearest,
    and what comes from outside is their ``ignore_index`` unless ``fill_mask`` is given. Boxes and keypoints follow its
    own rules where those are right, else the map by which the picture was moved; where neither is right they are
    refused, unless ``allow_inexact``. Dropouts keep every annotation, unless ``fill_mask`` is given: then masks are
    painted, keypoints inside hidden, and boxes dropped when more than 0.7 is covered. Metadata that a transform asks
    for is read from the ``value`` field of that name.

    Source: Buslaev et al., Albumentations: Fast and Flexible Image Augmentations, 2020.
    """

    needs = ("image",)

    name: Annotated[str, Limits(doc="the class, as in ElasticTransform")]
    arguments: Annotated[
        Mapping[str, Any], Limits(doc="its arguments, where one has the name of a step's own field")
    ] = dataclasses.field(default_factory=dict)
    allow_inexact: Annotated[bool, Limits(doc="take annotations that the library moves wrongly")] = False

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """From ``name``, and any argument of that class beside it or under ``arguments``."""
        if "name" not in given:
            raise FieldError(
                "field 'name' is required: the class in albumentations, as in {name: ElasticTransform}.", "name"
            )
        loose = {key: value for key, value in given.items() if key not in _OURS}
        listed = given.get("arguments", {})
        twice = sorted(loose.keys() & listed.keys()) if isinstance(listed, Mapping) else []
        if twice:
            raise FieldError(f"{twice[0]}: stands in `arguments` and beside it.", twice[0])
        own = {key: given[key] for key in _OURS if key in given}
        return cls(**{**own, "arguments": {**listed, **loose} if isinstance(listed, Mapping) else listed})

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """One of each way in which annotations follow, for `augkit.testing`."""
        return [
            {"name": "CoarseDropout"},
            {"name": "ElasticTransform", "alpha": 50},
            {"name": "HorizontalFlip"},
            {"name": "RandomBrightnessContrast"},
            {"name": "RandomResizedCrop", "size": [20, 30]},
            {"name": "Rotate"},
        ]

    def validate(self) -> None:
        object.__setattr__(self, "arguments", dict(sorted(self.arguments.items())))
        object.__setattr__(self, "needs", ("image", *self._needed()))
        self.inner  # noqa: B018, made now so that wrong arguments are refused now

    @cached_property
    def inner(self) -> Any:
        """The library's own transform; never changed, only copied."""
        return make(self.name, self._inner_arguments())

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "inner"}

    def _needed(self) -> tuple[str, ...]:
        if self.name == "ConstrainedCoarseDropout":
            return ("mask",) if "mask_indices" in self.arguments else ("boxes",)
        return NEEDS.get(self.name, ())

    def _inner_arguments(self) -> dict[str, Any]:
        labels = self.arguments.get("bbox_labels")
        return {
            **self.arguments,
            **({"bbox_labels": list(range(len(labels)))} if labels and isinstance(labels, list | tuple) else {}),
        }

    # What the compile check asks.

    def default_id(self, name: str) -> str:
        return f"albumentations/{self.name}"

    def changed_qualities(self) -> frozenset[str] | None:
        changes = CHANGES.get(self.name)
        if self.name == "Affine" and changes and may_mirror(self.inner.scale, self.inner.shear):
            return changes | {"handedness"}
        return changes

    def moved_axes(self) -> frozenset[Axis]:
        """None for what changes pixels only, and for dropouts that paint no mask, which keep every annotation."""
        if self.name == "NoOp" or "mask" not in self._claims():
            return frozenset()
        paints = self.arguments.get("mask_drop_value") if self.name == "PixelDropout" else self._fill_mask()
        return frozenset() if self.name in PAINTERS and paints is None else SPACE

    def kernel(self, target: type[Target]) -> Kernel | None:
        if target.kind == "image":
            return self._move_image
        if target.made_of == "image":  # a film, frame by frame as one image
            return target.derived(Foreign, self.kernel)
        if not self.moved_axes() & target.axes:
            return None
        if self.name in ERASERS and target.kind != "mask":
            follow = kernel_for(Erase, target)
            return functools.partial(erased, follow) if follow else None
        if self.why_not(target):
            return None
        return getattr(self, f"_move_{target.kind}") if target.kind in _KINDS else self._as_our_maps_do(target)

    def why_not(self, target: type[Target]) -> str | None:
        """Why a kind of target on the moved axis cannot follow, or None."""
        if self.name in ERASERS:
            return None
        if target.kind in FOLLOWING and "keypoints" in self._claims():
            return why_not_straight(self.name)
        if _KINDS.get(target.kind) not in self._claims():
            return f"albumentations' {self.name} moves {', '.join(self._claims())} only"
        reason = self._inexact(target.kind)
        if reason is None or self.allow_inexact:
            return None
        return f"{reason}. Write `allow_inexact: true` to take it as it is"

    def _as_our_maps_do(self, target: type[Target]) -> Kernel | None:
        def of_mask(mask: Mask, straight: StraightMap) -> Mask:
            return self._move_mask(mask, straight.drawn)

        declared = kernel_for(SpaceMap, target) if target.kind != "masks" else None
        follow = declared or target.derived(StraightMap, lambda kind: of_mask if kind is Mask else None)
        return functools.partial(self._move_along, follow) if follow else None

    def _move_along(self, follow: Kernel, target: Target, params: Foreign) -> Target:
        with self._applying(params, np.zeros((0, 2))) as inner:
            return follow(target, StraightMap(params.size_in, params.size_out, params, inner))

    def _inexact(self, kind: str) -> str | None:
        if kind == "boxes" and self.arguments.get("rotate_method") == "ellipse":
            return ELLIPSE
        return INEXACT.get(self.name, {}).get(kind)

    def _claims(self) -> list[str]:
        targets = self.inner._targets
        return [each.value.lower() for each in (targets if isinstance(targets, tuple) else (targets,))]

    def _fill_mask(self) -> Any:
        return 0 if self.name == "OverlayElements" else getattr(self.inner, "fill_mask", None)

    # What happens to one sample.

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Foreign:
        """The library's own parameters, drawn from a generator seeded by our stream, while looking at the sample."""
        size, subseed = Size(*frame[Axis.SPACE]), rng.subseed()
        data = self._data(content or {}, size)
        with self._lent(subseed, data["image"]) as inner:
            drawn = inner.update_transform_params(params=inner.get_params(), data=data)
            drawn |= inner.get_params_dependent_on_data(params=drawn, data=data)
            if self.name in ERASERS:
                drawn.setdefault("seed", 0)  # forgotten by Erasing where no hole fits
            return Foreign(self.name, size, self._size_after(inner, drawn, size), subseed, drawn)

    def _data(self, content: Mapping[str, Target], size: Size) -> dict[str, Any]:
        images = [target.pixels for target in content.values() if isinstance(target, Image)]
        if not images:
            raise DataError(f"{self.name} looks at the image, and this sample has none.")
        data: dict[str, Any] = {"image": np.ascontiguousarray(images[0])}
        for name, target in content.items():
            if isinstance(target, Mask):
                data.setdefault("mask", np.ascontiguousarray(target.classes))
            elif isinstance(target, Boxes):
                data.setdefault("bboxes", self._library_boxes(target, size))
                data.setdefault(name, target.xyxy[0].astype(int).tolist() if len(target) else None)
            elif isinstance(target, Label):
                data.setdefault(name, target.value)
        self._check_metadata(data)
        return data

    def _library_boxes(self, boxes: Boxes, size: Size) -> np.ndarray:
        """Fractions of the frame, and each label's place in ``bbox_labels`` (-1 for others)."""
        wanted = list(self.arguments.get("bbox_labels") or ())
        labels = [getattr(label, "item", lambda label=label: label)() for label in boxes.columns.get("label", ())]
        codes = [wanted.index(label) if label in wanted else -1 for label in labels] or [-1] * len(boxes)
        return np.column_stack([boxes.xyxy / [size.w, size.h, size.w, size.h], codes])

    def _check_metadata(self, data: Mapping[str, Any]) -> None:
        if self.arguments.get("reference_images"):
            return
        for name in self.inner.targets_as_params:
            if data.get(name) is None:
                kind = "boxes, of which it takes the first" if self.name == "RandomCropNearBBox" else "value"
                raise DataError(f"{self.name} needs a field {name!r} of kind {kind}, and this sample has none.")

    def _size_after(self, inner: Any, drawn: Mapping[str, Any], size: Size) -> Size:
        if self.name in KEEPS_FRAME or "mask" not in self._claims():
            return size
        return Size(*inner.apply_to_mask(np.zeros(size, dtype=np.uint8), **drawn).shape[:2])

    @contextmanager
    def _lent(self, subseed: int, seen: np.ndarray) -> Iterator[Any]:
        """A copy of the inner transform with generators of its own (it uses no others), its complaints in our words."""
        inner = copy.copy(self.inner)
        inner.set_random_seed(subseed)
        try:
            yield inner
        except AugkitError:
            raise
        except Exception as error:
            what = f"{seen.dtype} of shape {seen.shape}"
            words = " ".join(str(error).split()) or type(error).__name__
            raise DataError(f"{self.name} cannot take {what}: {words}") from error

    @contextmanager
    def _applying(self, params: Foreign, seen: np.ndarray) -> Iterator[Any]:
        if params.name != self.name:
            raise ReplayError(f"drawn by {params.name}, but the step is {self.name} now.")
        with self._lent(params.subseed, seen) as inner:
            yield inner

    def _move_image(self, image: Image, params: Foreign) -> Image:
        pixels = np.ascontiguousarray(image.pixels)
        with self._applying(params, pixels) as inner:
            if self.name in RESIZERS and inner.interpolation == CONSTANTS["interpolation"]["nearest"]:
                inner.interpolation = NEAREST_EXACT
            moved = np.asarray(inner.apply(pixels, **params.drawn))
        return dataclasses.replace(image, pixels=_as_image(moved, params, pixels.dtype))

    def _move_mask(self, mask: Mask, params: Foreign) -> Mask:
        with self._applying(params, mask.classes) as inner:
            return move_mask(inner, mask, params, fill_given="fill_mask" in self.arguments)

    def _move_boxes(self, boxes: Boxes, params: Foreign) -> Boxes:
        with self._applying(params, boxes.xyxy) as inner:
            return move_boxes(inner, boxes, params, library_way=self._inexact("boxes") is not None)

    def _move_keypoints(self, points: Keypoints, params: Foreign) -> Keypoints:
        with self._applying(params, points.xy) as inner:
            return move_points(inner, points, params)


def _as_image(moved: np.ndarray, params: Foreign, dtype: np.dtype[Any]) -> np.ndarray:
    if moved.ndim == 2:
        moved = moved[:, :, None]
    if moved.ndim != 3 or moved.dtype.kind != dtype.kind or tuple(moved.shape[:2]) != tuple(params.size_out):
        raise DataError(
            f"{params.name} made {moved.dtype} of shape {moved.shape}, "
            f"which is no {dtype} image of {tuple(params.size_out)} (h, w)."
        )
    return moved if moved.dtype == np.uint8 else np.clip(moved.astype(np.float32, copy=False), 0.0, 1.0)
