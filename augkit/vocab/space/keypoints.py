"""Keypoints, and how they follow: the map itself, then the policy for what left the frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np

from augkit.columns import check_lengths, form_of, like_given, take
from augkit.errors import DataError, FieldError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame, Options, Target
from augkit.tensors import from_tensor
from augkit.transform import moves
from augkit.vocab.space.planar import SpaceMap


class KeypointOptions(Options):
    """``coords``: ``pixel`` (a whole number is a pixel's centre, as OpenCV and COCO tools mean it) or ``continuous``.

    ``outside``: points that leave the frame are dropped, or kept with visibility 0 (``hide``, which needs
    visibilities). ``pairs``: left and right names (values of the ``label`` column) or row numbers that change places
    under a mirror.
    """

    coords: Literal["pixel", "continuous"] = "pixel"
    outside: Literal["drop", "hide"] = "drop"
    pairs: tuple[tuple[Any, Any], ...] = ()

    def validate(self) -> None:
        if self.by_row() and self.outside == "drop":
            raise FieldError(
                "pairs: row numbers need `outside: hide`, since dropping points would renumber the rest.", "pairs"
            )

    def by_row(self) -> bool:
        """Whether pairs are row numbers rather than names."""
        return bool(self.pairs) and all(isinstance(item, int) for pair in self.pairs for item in pair)


@dataclass(frozen=True, eq=False)
class Keypoints(Target):
    """``xy``: (n, 2) float64, continuous; ``visibility`` (n,) or None; ``columns`` of n values."""

    kind = "keypoints"
    axes = SPACE
    options_type = KeypointOptions

    xy: np.ndarray
    visibility: np.ndarray | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    options: Any = field(default=KeypointOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.xy)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From (n, 2), (n, 3: x, y, visibility), or a mapping with ``xy`` and any columns (``visibility`` among them).

        Points outside the frame are dropped or hidden here already, so that a step that moves nothing drops nothing.
        """
        if isinstance(value, cls):
            return value, "target"
        given, columns = (value["xy"], {k: v for k, v in value.items() if k != "xy"}) if _has_xy(value) else (value, {})
        numbers = _numbers(given)
        visibility = columns.pop("visibility", numbers[:, 2] if numbers.shape[1] == 3 else None)
        visibility = None if visibility is None else np.asarray(visibility)
        check_lengths("keypoints", len(numbers), columns | ({} if visibility is None else {"visibility": visibility}))
        shift = 0.5 if getattr(options, "coords", "pixel") == "pixel" else 0.0
        form = {
            "mapping": isinstance(value, Mapping),
            "wide": numbers.shape[1] == 3,
            **form_of(given),
        }
        made = cls(numbers[:, :2] + shift, visibility, columns, options=options)
        size = frame.get(Axis.SPACE)
        return (made if size is None else made.settled(made.xy, Size(*size))), form

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        xy = self.xy - (0.5 if self.options.coords == "pixel" else 0.0)
        visibility = self.visibility
        if form["wide"]:
            xy = np.column_stack([xy, visibility if visibility is not None else np.ones(len(xy))])
        numbers: Any = xy.astype(form["dtype"], copy=False)
        numbers = like_given(numbers, form["given"])
        if not form["mapping"]:
            return numbers
        extra = {} if visibility is None or form["wide"] else {"visibility": visibility}
        return {"xy": numbers, **extra, **self.columns}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        return [
            target.write({"mapping": True, "wide": False, "given": "array", "dtype": np.float32}, {})
            for target in targets
        ]

    def settled(self, moved: np.ndarray, size: Size) -> Self:
        """These points at ``moved``; what lies outside the frame is dropped or hidden, as the recipe says."""
        x, y = moved[:, 0], moved[:, 1]
        inside = (x >= 0) & (x <= size.w) & (y >= 0) & (y <= size.h)
        if inside.all():
            return dataclasses.replace(self, xy=moved)
        return dataclasses.replace(self, xy=moved).hidden(~inside)

    def hidden(self, gone: np.ndarray) -> Self:
        """The points where ``gone`` is true dropped, or their visibility set to 0."""
        if self.options.outside == "drop":
            keep = ~gone
            visibility = None if self.visibility is None else self.visibility[keep]
            return dataclasses.replace(self, xy=self.xy[keep], visibility=visibility, columns=take(self.columns, keep))
        if self.visibility is None:
            raise DataError("keypoints: `outside: hide` needs visibilities: give (n, 3) or a `visibility` column.")
        return dataclasses.replace(self, visibility=np.where(gone, 0, self.visibility).astype(self.visibility.dtype))

    def mirrored(self) -> Self:
        """The same points with left and right names (or rows) exchanged."""
        if not self.options.pairs:
            return self
        swap: dict[Any, Any] = dict(self.options.pairs) | {b: a for a, b in self.options.pairs}
        if self.options.by_row():
            return self._reordered(np.array([swap.get(row, row) for row in range(len(self))], dtype=np.intp))
        if "label" not in self.columns:
            raise DataError("keypoints: `pairs` of names need a `label` column: {xy: …, label: [...]}.")
        label = self.columns["label"]
        renamed = [swap.get(_plain(name), name) for name in label]
        column = np.array(renamed, dtype=label.dtype) if isinstance(label, np.ndarray) else type(label)(renamed)
        return dataclasses.replace(self, columns={**self.columns, "label": column})

    def _reordered(self, order: np.ndarray) -> Self:
        if len(order) and order.max() >= len(self):
            raise DataError(f"keypoints: `pairs` names row {int(order.max())}, but there are {len(self)} points.")
        visibility = None if self.visibility is None else self.visibility[order]
        return dataclasses.replace(self, xy=self.xy[order], visibility=visibility)


@moves(SpaceMap, Keypoints)
def keypoints_follow_map(points: Keypoints, space: SpaceMap) -> Keypoints:
    """The map itself; under a mirror, left and right names change places too."""
    moved = points.settled(space.points(points.xy), space.size_out)
    return moved.mirrored() if space.mirrors() else moved


def _has_xy(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    if "xy" not in value:
        raise DataError(f"keypoints: got keys {list(value)}; expected `xy`, and columns beside it.")
    return True


def _numbers(given: Any) -> np.ndarray:
    try:
        numbers = np.asarray(from_tensor(given), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"keypoints: got {given!r}; expected numbers of shape (n, 2) or (n, 3).") from None
    if numbers.size == 0:
        return np.zeros((0, numbers.shape[1] if numbers.ndim == 2 and numbers.shape[1] in (2, 3) else 2))
    if numbers.ndim != 2 or numbers.shape[1] not in (2, 3):
        raise DataError(f"keypoints: got shape {numbers.shape}; expected (n, 2) or (n, 3: x, y, visibility).")
    if not np.isfinite(numbers).all():
        raise DataError(f"keypoints: row {int(np.argmin(np.isfinite(numbers).all(axis=1)))} is not finite.")
    return numbers


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
