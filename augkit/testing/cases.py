"""Samples to prove laws on: every shape, dtype and count that has broken somebody's augmentation.

Coordinates are multiples of 1/8, which float64 adds and subtracts exactly, so that "exact" can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import hypothesis.strategies as st
import numpy as np

from augkit.plugins import catalogue
from augkit.testing.further_kinds import FURTHER, eighths, further_kinds, named_columns, random_pixels

SIDES = st.one_of(st.sampled_from([1, 2, 3, 16, 17, 32]), st.integers(1, 48))
"""Sides of images: 1, odd, even and long ones, hence also wide and tall images."""

BOXES = ("inside", "whole", "edge", "cut", "pixel", "hairline", "flat", "twin")
_BIG = 2**53 + 1  # no float64 holds it


@dataclass(frozen=True)
class Case:
    """One sample as a caller would give it: plain values by field, and the recipe's ``sample`` for them."""

    name: str
    fields: Mapping[str, Any]
    spec: Mapping[str, Any]

    def only(self, names: Iterable[str]) -> Case:
        """The same sample with these fields alone."""
        wanted = set(names)
        kept = [name for name in self.fields if name in wanted]
        return replace(
            self,
            fields={name: self.fields[name] for name in kept},
            spec={name: self.spec[name] for name in kept},
        )

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True)
class Marks:
    """How moments are marked in a carrier that lies in time, and found again: what annotations are compared with.

    ``plant(turn)``: a value for the carrier as a caller gives it, silent but for a mark at each of the moments (n,)
    seconds, which it gives too: an even number, rising. ``find(carrier)``: when there are marks, or None where they
    cannot be told. In seconds: ``reach``, how near to an end of the clip a mark is no longer found as it was;
    ``apart``, how far two must be from each other to be told apart; ``blurred``, how near to where pieces meet.
    """

    field: str
    plant: Callable[[int], tuple[Any, np.ndarray]]
    find: Callable[[Any], np.ndarray | None]
    reach: float
    apart: float
    blurred: float = 0.0


@dataclass(frozen=True)
class World:
    """One modality: its kinds, samples to draw (``cases``), and a few fixed ones (``examples``), one of them ordinary
    and first. ``marks``: for a carrier in time, so that the laws see whether annotations stay with what is there.
    """

    name: str
    kinds: tuple[str, ...]
    cases: Callable[[], st.SearchStrategy[Case]]
    examples: Callable[[], list[Case]]
    marks: Marks | None = None

    def available(self) -> bool:
        """Whether a plugin has registered its kinds."""
        return set(self.kinds) <= set(catalogue().names("target"))


def space_cases() -> st.SearchStrategy[Case]:
    """Images of 1 to 4 channels, uint8 or float32, with a mask, boxes, keypoints, a label and a value; every other one
    with all kinds that space has.
    """
    return st.builds(
        space_case,
        h=SIDES,
        w=SIDES,
        channels=st.integers(1, 4),
        image_dtype=st.sampled_from(["uint8", "float32"]),
        mask_dtype=st.sampled_from(["uint8", "int32", "int64", "bool", "uint16"]),
        boxes=st.lists(st.sampled_from(BOXES), max_size=4).map(tuple),
        points=st.integers(0, 4),
        outside=st.sampled_from(["drop", "hide"]),
        seed=st.integers(0, 999),
        all_kinds=st.booleans(),
    )


def space_examples() -> list[Case]:
    """Four fixed ones: an ordinary image, a tall gray one with nothing on it, a wide RGBA one, and a single pixel."""
    return [
        space_case(24, 31, 3, "uint8", "uint8", ("inside", "edge", "inside"), 3, "drop", 1, all_kinds=True),
        space_case(40, 9, 1, "float32", "int64", (), 0, "hide", 2),
        space_case(7, 40, 4, "uint8", "bool", ("cut", "whole"), 2, "hide", 3),
        space_case(1, 1, 3, "float32", "uint8", ("whole",), 1, "drop", 4, all_kinds=True),
    ]


def space_case(
    h: int,
    w: int,
    channels: int,
    image_dtype: str,
    mask_dtype: str,
    boxes: tuple[str, ...],
    points: int,
    outside: str,
    seed: int,
    all_kinds: bool = False,
) -> Case:
    """One sample of space; ``boxes`` names what kind each is, ``seed`` decides the contents."""
    rng = np.random.default_rng(seed)
    xyxy = np.array([_box(rng, kind, h, w) for kind in boxes], dtype=np.float64).reshape(-1, 4)
    if "twin" in boxes and len(boxes) > 1:
        xyxy[boxes.index("twin")] = xyxy[boxes.index("twin") - 1]
    pixels = random_pixels(rng, (h, w, channels), image_dtype)
    fields = {
        "image": pixels,
        "mask": random_classes(rng, (h, w), mask_dtype),
        "boxes": {"xyxy": xyxy, **named_columns(rng, len(boxes))},
        "keypoints": _points(rng, points, h, w, 0.0 if seed % 2 else 0.5),
        "label": f"class {seed % 3}",
        "value": {"id": _BIG, "weights": (0.1, seed)},
    }
    spec = {
        "image": "image",
        "mask": "mask",
        "boxes": {"boxes": {"min_visible": 0.0, "min_size": 0.0} if seed % 2 else {}},
        "keypoints": {"keypoints": {"outside": outside, "coords": "continuous" if seed % 2 else "pixel"}},
        "label": "label",
        "value": "value",
    }
    if all_kinds:
        more_fields, more_spec = further_kinds(rng, xyxy, pixels, lenient=bool(seed % 2))
        fields, spec = {**fields, **more_fields}, {**spec, **more_spec}
    counts = f"{list(boxes)} boxes, {points} points ({outside}), contents {seed}"
    return Case(f"{h}x{w}x{channels} {image_dtype}, {mask_dtype} mask, {counts}", fields, spec)


def with_plain(case: Case, kinds: Iterable[str]) -> Case:
    """The case with an unremarkable mask or boxes beside its image, for steps whose draw looks at them."""
    if "image" not in case.fields:
        return case
    h, w = np.shape(case.fields["image"])[:2]
    middle = np.zeros((h, w), np.uint8)
    middle[h // 4 : h - h // 4, w // 4 : w - w // 4] = 1
    plain = {"mask": middle, "boxes": np.array([[w // 4, h // 4, w - w // 4, h - h // 4]], dtype=np.float64)}
    added = {kind: plain[kind] for kind in kinds if kind in plain}
    return replace(case, fields={**case.fields, **added}, spec={**case.spec, **{kind: kind for kind in added}})


def random_classes(rng: np.random.Generator, shape: tuple[int, int], dtype: str) -> np.ndarray:
    """A label map with lone pixels, and the ignore index among the classes."""
    if dtype == "bool":
        return rng.random(shape) < 0.5
    return rng.choice(np.array([0, 1, 2, 7, 255]), shape).astype(dtype)


def _box(rng: np.random.Generator, kind: str, h: int, w: int) -> list[float]:
    x0, x1 = sorted(eighths(rng, 0, w, 2))
    y0, y1 = sorted(eighths(rng, 0, h, 2))
    match kind:
        case "whole":
            return [0, 0, w, h]
        case "edge":
            return [0, y0, w, max(y1, y0 + 0.125)]
        case "cut":
            return [x0 - w, y0, x0 + 0.5, h + 3]
        case "pixel":
            return [np.floor(x0), np.floor(y0), np.floor(x0) + 1, np.floor(y0) + 1]
        case "hairline":
            return [x0, 0, x0 + 0.125, h]
        case "flat":
            return [x0, y0, x0, y1]
    return [x0, y0, max(x1, x0 + 0.125), max(y1, y0 + 0.125)]


def _points(rng: np.random.Generator, count: int, h: int, w: int, shift: float) -> dict[str, Any]:
    xy = np.stack([eighths(rng, 0, w, count), eighths(rng, 0, h, count)], axis=1)
    corners = [(0, 0), (w, h), (-2, h / 2)][: max(0, count - 1)]  # the third lies outside
    xy[: len(corners)] = np.reshape(corners, (-1, 2))
    return {
        "xy": xy - shift,
        "visibility": rng.integers(1, 3, count).astype(np.uint8),
        "label": [f"joint {i}" for i in range(count)],
        "id": np.arange(count, dtype=np.int64) + _BIG,
    }


SPACE_WORLD = World(
    "space", ("image", "mask", "boxes", "keypoints", *FURTHER, "label", "value"), space_cases, space_examples
)
