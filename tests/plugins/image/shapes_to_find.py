"""Pictures of coloured shapes with their boxes, as a folder in YOLO's layout; some have no shape at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

NAMES = ("disc", "square")
SIDE = 96


def lay_out(root: Path, count: int = 60, empty_every: int = 10) -> Path:
    """``count`` pictures of 96 x 96 with one to three shapes of 20 to 40 pixels, apart from each other."""
    for name in ("images", "labels"):
        (root / name / "train").mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(count):
        picture = Image.fromarray(random.integers(60, 110, (SIDE, SIDE, 3), dtype=np.uint8))
        placed = _placed(random, 0 if number % empty_every == 9 else int(random.integers(1, 4)))
        lines = [_drawn(picture, random, box) for box in placed]
        picture.save(root / "images" / "train" / f"{number:02d}.png")
        (root / "labels" / "train" / f"{number:02d}.txt").write_text("".join(lines))
    (root / "data.yaml").write_text(f"train: images/train\nnames: [{', '.join(NAMES)}]\n")
    return root


def _placed(random: np.random.Generator, count: int) -> list[tuple[int, int, int]]:
    """Left, top and side of squares that do not touch."""
    found: list[tuple[int, int, int]] = []
    while len(found) < count:
        side = int(random.integers(20, 40))
        x, y = (int(at) for at in random.integers(0, SIDE - side, 2))
        apart = [x >= u + s or u >= x + side or y >= v + s or v >= y + side for u, v, s in found]
        if all(apart):
            found.append((x, y, side))
    return found


def _drawn(picture: Image.Image, random: np.random.Generator, box: tuple[int, int, int]) -> str:
    x, y, side = box
    kind = int(random.integers(len(NAMES)))
    bright = [int(level) for level in random.integers(120, 256, 3)]
    bright[kind] = 0
    pen = ImageDraw.Draw(picture)
    draw = pen.ellipse if kind == 0 else pen.rectangle
    draw((x, y, x + side - 1, y + side - 1), fill=(bright[0], bright[1], bright[2]))
    return f"{kind} {(x + side / 2) / SIDE} {(y + side / 2) / SIDE} {side / SIDE} {side / SIDE}\n"
