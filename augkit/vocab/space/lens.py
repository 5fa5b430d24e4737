"""Lens: straight lines bent as a camera's lens bends them, about the middle of the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from augkit.vocab.space.field import FieldMap

_NEWTON_STEPS = 12


@dataclass(frozen=True, kw_only=True)
class Lens(FieldMap):
    """Places move towards the middle or away from it; radii r are fractions of half the diagonal.

    ``radial``: the output at r shows the input at r·(1 + amount·r²): above 0 a barrel, below 0 a pincushion (the first
    term of Brown, Decentering Distortion of Lenses, 1966). ``fisheye``: the output at r shows the input at
    tan(amount·r) / tan(amount), an equidistant lens that sees ``amount`` radians from the middle to a corner; corners
    stay. ValueError: an amount that folds the picture.
    """

    model: Literal["radial", "fisheye"]
    amount: float

    def __post_init__(self) -> None:
        low, high = (-1 / 3, math.inf) if self.model == "radial" else (0.0, math.pi / 2)
        if not (low < self.amount < high or self.amount == 0):
            raise ValueError(f"a {self.model} lens of {self.amount:g} folds the picture; between {low:g} and {high:g}")

    def still(self) -> bool:
        return self.amount == 0

    def sources(self) -> tuple[np.ndarray, np.ndarray]:
        h, w = self.size_out
        x, y = np.arange(w) + (0.5 - w / 2), np.arange(h) + (0.5 - h / 2)
        squares = [(side / self._radius()) ** 2 for side in (x, y)]
        factor = self._outward(squares[0].astype(np.float32)[None, :] + squares[1].astype(np.float32)[:, None])
        return (
            factor * x.astype(np.float32) + np.float32(w / 2),
            factor * y.astype(np.float32)[:, None] + np.float32(h / 2),
        )

    def points(self, xy: np.ndarray) -> np.ndarray:
        """The places whose sources are ``xy``."""
        if self.still():
            return xy
        middle = np.array(self.size_in[::-1]) / 2
        away = xy - middle
        source = np.hypot(away[:, 0], away[:, 1]) / self._radius()
        return np.asarray(middle + away * self._inward(source)[:, None])

    def chord_px(self) -> float:
        return self._radius() / 64

    def _radius(self) -> float:
        return math.hypot(*self.size_in) / 2

    def _outward(self, squared: np.ndarray) -> np.ndarray:
        """The radius of the input over that of the output, at the squared radius of the output."""
        if self.model == "radial":
            return np.asarray(1 + np.float32(self.amount) * squared)
        r = np.sqrt(np.maximum(squared, np.float32(1e-12)))
        return np.asarray(np.tan(np.float32(self.amount) * r) / (np.float32(math.tan(self.amount)) * r))

    def _inward(self, source: np.ndarray) -> np.ndarray:
        """The radius of the output over that of the input, at the radius of the input."""
        source = np.maximum(source, 1e-9)
        if self.model == "fisheye":
            return np.asarray(np.arctan(source * math.tan(self.amount)) / (self.amount * source))
        # Newton's steps go straight to the root, for the cubic bends one way only. Beyond the corners, which no pixel
        # shows, it goes on as its tangent there, lest it turn back.
        edge, slope = 1 + self.amount, 1 + 3 * self.amount
        r = within = np.minimum(source, edge)
        for _ in range(_NEWTON_STEPS):
            r = r - (r * (1 + self.amount * r**2) - within) / (1 + 3 * self.amount * r**2)
        return np.asarray((r + (source - within) / slope) / source)
