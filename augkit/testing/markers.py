"""Markers: things drawn where an annotation says they are, and found again after a step has moved them."""

from __future__ import annotations

from typing import Any

import numpy as np

from augkit.sample import Axis
from augkit.testing.cases import Case
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.transform import Params
from augkit.vocab.space import Affine2D, Boxes, Erase, Image, Keypoints, Mask, PlanarMap

SIZES = ((48, 40), (33, 57), (24, 90), (71, 23))

_SPEC = {
    "image": "image",
    "mask": "mask",
    "boxes": {"boxes": {"min_visible": 0.0, "min_size": 0.0}},
    "keypoints": {"keypoints": {"coords": "continuous"}},
    "instances": {"masks": {"min_visible": 0.0, "min_size": 0.0}},
    "outlines": {"polygons": {"min_visible": 0.0, "min_size": 0.0}},
    "oriented": {"oriented_boxes": {"min_visible": 0.0, "min_size": 0.0}},
    "depth": "depth",
    "heat": "heatmap",
    "film": "image_sequence",
}


def require_a_map(subject: Subject) -> None:
    """NotApplicable unless the step moves space as a map does, rather than painting over parts of it."""
    if not subject.moves(Axis.SPACE):
        raise NotApplicable("moves nothing in space")
    if issubclass(subject.transform.params_type, Erase):
        raise NotApplicable("erases, moves no points")


def shape_of(params: Params) -> str:
    """``lattice`` (pixels go to pixels), ``straight`` (stretched along the sides), ``affine``, else ``warp``."""
    if not isinstance(params, PlanarMap):
        return "warp"
    matrix = params.array()
    if matrix[2].tolist() != [0.0, 0.0, 1.0]:
        return "warp"
    linear = matrix[:2, :2]
    if np.count_nonzero(linear) == 2 and np.linalg.det(linear) != 0:
        whole = bool((np.abs(linear).max(axis=0) == 1).all() and (matrix == np.rint(matrix)).all())
        return "lattice" if whole else "straight"
    return "affine" if isinstance(params, Affine2D) else "warp"


def blob_case(size: tuple[int, int], sigma: float, seed: int, region: tuple[int, int] | None = None) -> Case:
    """Three round blobs, one a channel of a float image, well inside, on centres of pixels; a keypoint on each.

    ``region``: only within these (h, w) pixels around the middle.
    """
    h, w = region or size
    rng = np.random.default_rng(seed)
    margin = int(min(4 * sigma, h / 2 - 1, w / 2 - 1))
    corner = (size[1] - w) // 2, (size[0] - h) // 2
    xy = np.stack([rng.integers(margin, side - margin, 3) + 0.5 for side in (w, h)], axis=1) + corner
    image = np.stack([blob(size, x, y, sigma) for x, y in xy], axis=2).astype(np.float32)
    name = f"3 blobs of {sigma:g} px on {size[0]}x{size[1]}, places {seed}"
    return _case(name, image=image, keypoints=_named(xy), heat=image, film=np.stack([image, 1 - image]))


def blob(size: tuple[int, int], x: float, y: float, sigma: float) -> np.ndarray:
    """A Gaussian bump around (x, y), at most 1."""
    across = np.exp(-0.5 * ((np.arange(size[1]) + 0.5 - x) / sigma) ** 2)
    down = np.exp(-0.5 * ((np.arange(size[0]) + 0.5 - y) / sigma) ** 2)
    return np.outer(down, across)


def dot_case(size: tuple[int, int], side: int, seed: int) -> Case:
    """Dots of ``side`` px square (odd), each of its own gray, a keypoint on its centre: in corners and inside."""
    h, w = size
    rng = np.random.default_rng(seed)
    half = side // 2
    places = {(half, half), (h - 1 - half, w - 1 - half), (half, w - 1 - half)}
    for _ in range(9):
        i, j = int(rng.integers(half, h - half)), int(rng.integers(half, w - half))
        if all(max(abs(i - a), abs(j - b)) > 2 * side for a, b in places):
            places.add((i, j))
    image = np.zeros((h, w, 1), np.uint8)
    for name, (i, j) in enumerate(sorted(places)):
        image[i - half : i + half + 1, j - half : j + half + 1] = name + 1
    xy = np.array([(j + 0.5, i + 0.5) for i, j in sorted(places)])
    return _case(f"{len(places)} dots of {side}x{side} px on {h}x{w}, places {seed}", image=image, keypoints=_named(xy))


def object_case(size: tuple[int, int], seed: int, shape: str = "rectangle", sides: int = 6) -> Case:
    """Up to four things in a mask (classes 1, 2, …) that fill their whole-pixel boxes, or are ellipses in them."""
    h, w = size
    rng = np.random.default_rng(seed)
    mask = np.zeros(size, np.uint8)
    boxes: list[list[int]] = []
    for top, bottom in _cells(h, sides):
        for left, right in _cells(w, sides):
            x0, x1 = _interval(rng, left, right, sides)
            y0, y1 = _interval(rng, top, bottom, sides)
            boxes.append([x0, y0, x1, y1])
            mask[y0:y1, x0:x1][_inside(shape, y1 - y0, x1 - x0)] = len(boxes)
    xyxy = np.array(boxes, dtype=np.float64)
    ids = np.arange(1, len(boxes) + 1)
    names = [f"thing {i}" for i in ids]
    return _case(
        f"{len(boxes)} {shape}s on {h}x{w}, places {seed}",
        image=mask[:, :, None] * np.uint8(50),
        mask=mask,
        boxes={"xyxy": xyxy, "id": ids, "name": names},
        instances={"masks": mask == ids[:, None, None], "id": ids},
        outlines={"polygons": [[_outline(box, shape)] for box in xyxy], "id": ids},
        oriented={"xywha": np.column_stack([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2], 0 * ids])}
        | {"id": ids},
        depth=mask.astype(np.float32) + 1,
        keypoints={"xy": (xyxy[:, :2] + xyxy[:, 2:]) / 2, "id": ids, "name": names},
    )


def _cells(length: int, sides: int) -> list[tuple[int, int]]:
    half = length // 2
    return [(0, half), (half, length)] if half >= sides else [(0, length)]


def _interval(rng: np.random.Generator, low: int, high: int, shortest: int) -> tuple[int, int]:
    shortest = min(shortest, high - low)
    start = int(rng.integers(low, high - shortest + 1))
    return start, int(rng.integers(start + shortest, high + 1))


def _inside(shape: str, h: int, w: int) -> np.ndarray:
    if shape == "rectangle":
        return np.ones((h, w), dtype=bool)
    y, x = np.ogrid[:h, :w]
    return ((x + 0.5) / w * 2 - 1) ** 2 + ((y + 0.5) / h * 2 - 1) ** 2 <= 1.0


def _outline(box: np.ndarray, shape: str) -> np.ndarray:
    x0, y0, x1, y1 = box
    if shape == "rectangle":
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.column_stack([x0 + (x1 - x0) * (np.cos(angle) + 1) / 2, y0 + (y1 - y0) * (np.sin(angle) + 1) / 2])


def _case(name: str, **fields: Any) -> Case:
    return Case(name, fields, {field: _SPEC[field] for field in fields})


def _named(xy: np.ndarray) -> dict[str, Any]:
    return {"xy": xy, "id": np.arange(1, len(xy) + 1)}


def pixels(visit: Visit) -> np.ndarray:
    """The pixels of the image that came out."""
    image = visit.after.targets["image"]
    if not isinstance(image, Image):
        raise NotApplicable(f"turns the image into {image.kind}")
    return image.pixels


def classes(visit: Visit) -> np.ndarray:
    """The classes of the mask that came out."""
    mask = visit.after.targets["mask"]
    assert isinstance(mask, Mask)
    return mask.classes


def points(visit: Visit) -> dict[int, np.ndarray]:
    """Where the keypoints that are left and visible came out, by id."""
    found = visit.after.targets["keypoints"]
    assert isinstance(found, Keypoints)
    seen = np.ones(len(found), dtype=bool) if found.visibility is None else found.visibility > 0
    return {int(found.columns["id"][row]): found.xy[row] for row in np.flatnonzero(seen)}


def boxes(visit: Visit) -> dict[int, np.ndarray]:
    """The boxes that are left, by id."""
    found = visit.after.targets["boxes"]
    assert isinstance(found, Boxes)
    return {int(id): row for id, row in zip(found.columns["id"], found.xyxy, strict=True)}


def centroid(channel: np.ndarray) -> tuple[float, float]:
    """The centre of mass (x, y) of what is drawn on a black channel."""
    weight = channel.astype(np.float64)
    total = weight.sum()
    y, x = np.arange(channel.shape[0]) + 0.5, np.arange(channel.shape[1]) + 0.5
    return float(weight.sum(axis=0) @ x / total), float(weight.sum(axis=1) @ y / total)


def summit(channel: np.ndarray) -> tuple[float, float] | None:
    """Where (x, y) the highest blob on a black channel has its top, or None where that lies at the border.

    Under a map that bends, the top goes where its point goes; the centre of mass of all of it does not.
    """
    top = divmod(int(channel.argmax()), channel.shape[1])
    half = 0.5 * float(channel[top])
    seen, todo = {top}, [top]
    while todo and half > 0.1:
        i, j = todo.pop()
        for at in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
            if not (0 <= at[0] < channel.shape[0] and 0 <= at[1] < channel.shape[1]):
                return None
            if at not in seen and channel[at] >= half:
                seen.add(at)
                todo.append(at)
    if half <= 0.1:
        return None
    upper = np.zeros(channel.shape)
    for at in seen:
        upper[at] = float(channel[at]) - half + 1e-9
    return centroid(upper)


def whole_within(channel: np.ndarray) -> bool:
    """Whether all of what is drawn on a black channel lies inside: next to nothing of it on the border."""
    total = float(channel.sum(dtype=np.float64))
    inner = float(channel[2:-2, 2:-2].sum(dtype=np.float64))
    return total > 0 and (total - inner) < 2e-3 * total


def envelope(where: np.ndarray) -> tuple[int, int, int, int] | None:
    """The half-open box (x0, y0, x1, y1) around the true pixels, or None."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
