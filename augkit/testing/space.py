"""Laws of space: masks, keypoints and boxes stay with the pixels."""

from __future__ import annotations

import dataclasses
import math

import hypothesis.strategies as st
import numpy as np

from augkit.fields import fields_of
from augkit.sample import Axis
from augkit.testing import markers
from augkit.testing.cases import Case, random_classes
from augkit.testing.laws import law
from augkit.testing.shapes import dense_agree, shapes_fit
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.transform import Params
from augkit.vocab.space import Image, ImageTensor, PlanarMap

_OUTSIDE = 255
_LINEAR = {"interpolation": "linear", "border": "constant", "fill": 0}
_NEAREST = {"interpolation": "nearest", "fill": float(_OUTSIDE)}


@law("L2", "a label map passed as an image with nearest = the mask", "0 pixels differ")
def labels_as_image(subject: Subject) -> int:
    """The same label map as image and as mask, moved with ``interpolation: nearest``: every pixel must agree."""
    subject.require("image", "mask")
    markers.require_a_map(subject)
    names = {f.name for f in dataclasses.fields(subject.transform.params_type)} | fields_of(
        type(subject.transform)
    ).keys()
    if "interpolation" not in names:
        raise NotApplicable("neither the step nor its Params have `interpolation`")

    def holds(visit: Visit) -> int:
        moved = visit.replayed(**_NEAREST)
        image, mask = markers.pixels(moved), markers.classes(moved)
        if image.shape[:2] != mask.shape:
            raise moved.broken(f"the image came out as {image.shape[:2]}, the mask as {mask.shape}")
        differs = (image != mask[:, :, None]).any(axis=2)
        if differs.any():
            i, j = (int(k) for k in np.argwhere(differs)[0])
            raise moved.broken(
                f"{int(differs.sum())} of {differs.size} pixels differ; first at row {i}, column {j}: the image has "
                f"{image[i, j].tolist()}, the mask {mask[i, j]}"
            )
        return 1

    sides = st.integers(1, 40)
    cases = st.builds(_label_map, sides, sides, st.sampled_from([1, 3]), st.integers(0, 999))
    return subject.with_fields(interpolation="nearest").each(holds, cases)


def _label_map(h: int, w: int, channels: int, seed: int) -> Case:
    classes = random_classes(np.random.default_rng(seed), (h, w), "uint8")
    fields = {"image": np.repeat(classes[:, :, None], channels, axis=2), "mask": classes}
    spec = {"image": "image", "mask": {"mask": {"ignore_index": _OUTSIDE}}}
    return Case(f"label map {seed} of {h}x{w}, {channels} channels", fields, spec)


@law(
    "L3",
    "a keypoint stays on its marker",
    "flips, crops 0; affine, perspective 0.5 px; warps 1 px; mean bias 0.1 px",
)
def keypoint_on_marker(subject: Subject) -> int:
    """Dots of 1x1 and 3x3 px where pixels go to pixels, else the centre of mass of round blobs; a step that says it
    does not move space must leave a blob where it is."""
    subject.require("image")
    if not subject.moves(Axis.SPACE):
        return _still(subject)
    subject.require("keypoints")
    markers.require_a_map(subject)
    ran, errors = 0, []
    for turn in range(max(2, subject.examples // 2)):
        for size in markers.SIZES:
            for visit in subject.acted(markers.blob_case(size, 1.5, turn), turn):
                ran += _dots(subject, visit, size, turn) + dense_agree(visit.replayed(**_LINEAR))
                errors += _blob_errors(visit)
    if len(errors) >= 12:
        bias = np.mean(errors, axis=0)
        if math.hypot(*bias) > 0.1:
            raise visit.broken(f"keypoints lie off their markers by ({bias[0]:.2f}, {bias[1]:.2f}) px on average")
    return ran + len(errors)


def _blob_errors(visit: Visit) -> list[tuple[float, float]]:
    moved = visit.replayed(**_LINEAR)
    image, left = markers.pixels(moved), markers.points(moved)
    bent = any(markers.shape_of(params) == "warp" for params in visit.params)
    errors = []
    for channel in range(3):
        found = _place(image[:, :, channel], bent)
        if found is None:
            continue
        x, y = found
        if channel + 1 not in left:
            raise moved.broken(f"keypoint {channel + 1} was lost, but its marker is whole, at ({x:.2f}, {y:.2f})")
        dx, dy = (left[channel + 1] - (x, y)).tolist()
        if math.hypot(dx, dy) > _allowed(visit.params):
            off = f"lies off its marker by ({dx:.2f}, {dy:.2f}) px"
            raise moved.broken(f"keypoint {channel + 1} {off}; the marker is at ({x:.2f}, {y:.2f})")
        errors.append((dx, dy))
    return errors


def _place(channel: np.ndarray, bent: bool) -> tuple[float, float] | None:
    if bent:
        return markers.summit(channel)
    return markers.centroid(channel) if markers.whole_within(channel) else None


def _allowed(params: list[Params]) -> float:
    return 0.5 if all(isinstance(drawn, PlanarMap) for drawn in params) else 1.0


def _dots(subject: Subject, visit: Visit, size: tuple[int, int], turn: int) -> int:
    """Dots keep their gray where pixels go to pixels; of unknown Params, those count that came out whole."""
    shapes = {markers.shape_of(params) for params in visit.params}
    maps = all(isinstance(params, PlanarMap) for params in visit.params)
    if maps and not shapes <= {"lattice"}:
        return 0
    ran = 0
    for side in (1, 3) if maps else (3,):
        for dotted in subject.acted(markers.dot_case(size, side, turn), turn):
            moved = dotted.replayed(fill=0, border="constant")
            image, left = markers.pixels(moved)[:, :, 0], markers.points(moved)
            for name in range(1, len(dotted.case.fields["keypoints"]["xy"]) + 1):
                ran += _dot(moved, image == name, left.get(name), name, side, exact=maps)
    return ran


def _dot(moved: Visit, where: np.ndarray, point: np.ndarray | None, name: int, side: int, exact: bool) -> int:
    around = markers.envelope(where)
    if exact and point is not None and around is None and _well_inside(point, where.shape):
        raise moved.broken(f"keypoint {name} is at {point.tolist()}, but nothing of its {side}x{side} dot is left")
    whole = around is not None and (around[2] - around[0], around[3] - around[1], where.sum()) == (side, side, side**2)
    if not whole:
        return 0
    x, y = markers.centroid(where)
    if point is None:
        raise moved.broken(f"keypoint {name} was lost, but its {side}x{side} dot is whole, at ({x}, {y})")
    if math.hypot(point[0] - x, point[1] - y) > (0.0 if exact else 1.0):
        raise moved.broken(f"keypoint {name} is at {point.tolist()}, its {side}x{side} dot at ({x}, {y})")
    return 1


def _well_inside(point: np.ndarray, shape: tuple[int, ...]) -> bool:
    return bool(1 < point[0] < shape[1] - 1 and 1 < point[1] < shape[0] - 1)


def _still(subject: Subject) -> int:
    """By the median over several draws: noise and splashes hide a blob now and then, but do not move it."""
    found, turns, refused = [], max(8, subject.examples), len(subject.refusals)
    for turn in range(turns):
        rng = np.random.default_rng(turn)
        x, y = rng.integers(16, 64, 2)
        gray = 64 + 160 * markers.blob((80, 80), x, y, 4.0)
        image = np.repeat(gray[:, :, None].astype(np.uint8), 3, axis=2)
        case = Case(f"a blob at ({x}, {y}) on 80x80 px", {"image": image}, {"image": "image"})
        for visit in subject.acted(case, turn):
            found += _shift(visit, image)
    if len(subject.refusals) - refused == turns:
        raise NotApplicable(f"takes no picture of 80x80 px: {subject.refusals[-1]}")
    if not found:
        return 0
    dx, dy = np.median(found, axis=0)
    if math.hypot(dx, dy) > 2.0:
        raise visit.broken(f"says that it does not move space, but moves what is seen by ({dx:g}, {dy:g}) px")
    return len(found)


def _shift(visit: Visit, before: np.ndarray) -> list[tuple[int, int]]:
    """By how much (x, y) the picture as a whole was moved, by its correlation with what it was."""
    after = visit.after.targets["image"]
    if not isinstance(after, Image | ImageTensor):
        raise NotApplicable(f"turns the image into {after.kind}")
    values = after.pixels if isinstance(after, Image) else np.moveaxis(after.values, 0, 2)
    if values.shape[:2] != before.shape[:2]:
        raise visit.broken(f"says that it does not move space, but made {before.shape[:2]} to {values.shape[:2]}")
    old, new = (array.astype(np.float64).mean(axis=2) for array in (before, values))
    if new.std() < 1e-6:
        return []
    # Where tones fold over (solarize), a blob becomes a ring; how far pixels are from the background tells both.
    apart = tuple(np.abs(array - np.median(array)) for array in (old, new))
    return [min(_lag(old, new), _lag(*apart), key=lambda shift: math.hypot(*shift))]


def _lag(old: np.ndarray, new: np.ndarray) -> tuple[int, int]:
    """Where, of all shifts within half a picture of 80 × 80, both agree best."""
    old, new = old - old.mean(), new - new.mean()
    match = np.abs(np.fft.ifft2(np.fft.fft2(new) * np.conj(np.fft.fft2(old))).real)
    dy, dx = (int(k) for k in np.unravel_index(int(match.argmax()), match.shape))
    return (dx + 40) % 80 - 40, (dy + 40) % 80 - 40


@law(
    "L4",
    "box = box of the moved mask",
    "flips, crops 0; affine 1 px if it fills its box, else contains the mask; warps contain it, slack 2 px",
)
def box_of_moved_mask(subject: Subject) -> int:
    """Rectangles and ellipses in a mask; the box around each thing's pixels is compared with the moved box, and its
    pixels with the moved instance (0 differ), outline (1 px) and oriented box.
    """
    subject.require("mask", "boxes")
    markers.require_a_map(subject)
    ran = 0
    for turn in range(max(2, subject.examples // 2)):
        for size in markers.SIZES:
            for shape in ("rectangle", "ellipse"):
                case = markers.object_case(size, turn, shape)
                for visit in subject.acted(case, turn):
                    moved = visit.replayed(border="constant")
                    ran += _boxes_fit(moved, filled=shape == "rectangle") + shapes_fit(moved)
    return ran


def _boxes_fit(visit: Visit, filled: bool) -> int:
    mask, left = markers.classes(visit), markers.boxes(visit)
    ran = 0
    for id, given in enumerate(visit.case.fields["boxes"]["xyxy"], 1):
        around = markers.envelope(mask == id)
        if around is None or min(around[2] - around[0], around[3] - around[1]) < 4:
            continue
        if id not in left:
            if (mask == id).sum() > 0.5 * (visit.case.fields["mask"] == id).sum():
                raise visit.broken(f"box {id} {given.tolist()} was lost, but most of its mask is left, in {around}")
            continue
        _box_fits(visit, id, left[id], around, filled)
        ran += 1
    return ran


def _box_fits(visit: Visit, id: int, box: np.ndarray, around: tuple[int, int, int, int], filled: bool) -> None:
    shapes = {markers.shape_of(params) for params in visit.params}
    outward = np.array([-1, -1, 1, 1]) * (box - around)
    exact = shapes <= {"lattice"}
    short = 0.0 if exact else 0.5 + 1e-6 if shapes <= {"lattice", "straight", "affine"} else 1.001
    if outward.min() < -short and (filled or not exact or outward.min() < -short):
        raise visit.broken(f"box {id} {box.tolist()} does not contain its mask, which is in {around}")
    h, w = markers.classes(visit).shape
    cut = bool((box <= 0).any() or (box >= (w, h, w, h)).any())
    if not filled or (cut and not shapes <= {"lattice", "straight"}):
        return
    slack = 0.0 if exact else _slack(visit.params)
    if outward.max() > slack:
        raise visit.broken(
            f"box {id} {box.tolist()} is larger than its mask, which is in {around}, by {outward.max():.2f} px"
        )


def _slack(params: list[Params]) -> float:
    """1 px where corners stay right angles; a sharper corner holds no pixel centre over a longer stretch."""
    if any(markers.shape_of(drawn) == "warp" for drawn in params):
        return 2.0
    slack = 1.0
    for drawn in params:
        assert isinstance(drawn, PlanarMap)
        a, b = drawn.array()[:2, :2].T
        sine = abs(a[0] * b[1] - a[1] * b[0]) / (math.hypot(*a) * math.hypot(*b))
        half_angle = math.asin(min(1.0, sine)) / 2
        if sine < 0.999:
            slack = max(slack, 0.2 + math.sqrt(0.5) / math.sin(half_angle))
    return slack + 1e-6
