"""Sounds along a piecewise linear map of time: every piece at its own speed, put where it belongs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from augkit.vocab.timeline import Audio, PiecewiseMap

Knot = tuple[float, float]
Changer = Callable[[np.ndarray, int, float], np.ndarray]
"""``changer(samples, rate, speed) -> samples`` played so many times as fast."""

_AROUND_S, _BLEND_S = 0.1, 0.005


def placed(audio: Audio, timemap: PiecewiseMap, changer: Changer) -> Audio:
    """The clip through the map. Where its speed varies, pieces are changed one by one, each with a tenth of a second of
    what is around it, and blended over 5 ms where they meet.
    """
    if timemap.is_identity():
        return audio
    made = np.zeros((len(audio.samples), timemap.samples_out), dtype=np.float32)
    knots, blend = _bends(timemap), max(round(_BLEND_S / 2 * audio.rate), 1)
    for number, ends in enumerate(pairwise(knots)):
        piece, begin = _piece(audio, timemap, ends, changer, _AROUND_S if len(knots) > 2 else 0.0)
        _put(made, piece, begin, round(ends[0][1] * audio.rate) if number else None, blend)
    return dataclasses.replace(audio, samples=made)


def _bends(timemap: PiecewiseMap) -> list[Knot]:
    """The first and the last knot, and those where the speed changes."""
    knots, slopes = list(zip(timemap.source, timemap.output, strict=True)), timemap.slopes()
    bends = [knot for knot, a, b in zip(knots[1:-1], slopes, slopes[1:], strict=False) if abs(a - b) > 1e-9 * slopes[0]]
    return [knots[0], *bends, knots[-1]]


def _piece(
    audio: Audio, timemap: PiecewiseMap, ends: tuple[Knot, Knot], changer: Changer, around: float
) -> tuple[np.ndarray, int]:
    """The sound of one piece and of what is around it, and the sample of the output that it begins at."""
    (source, output), (source_end, output_end) = ends
    slope, rate = (output_end - output) / (source_end - source), audio.rate
    low = max(timemap.source[0], source - around) if around else source
    high = min(timemap.source[-1], source_end + around) if around else source_end
    first, last = round(low * rate), round(high * rate)
    begin = round((output + (low - source) * slope) * rate)
    moved = audio.samples[:, max(first, 0) : max(last, 0)]
    begin += round((max(first, 0) - first) * slope)
    if abs(slope - 1.0) > 1e-9 and moved.shape[1]:
        moved = changer(moved, rate, float(1.0 / slope))
    return moved, begin


def _put(made: np.ndarray, piece: np.ndarray, begin: int, seam: int | None, blend: int) -> None:
    """Write a piece from sample ``begin`` on; around ``seam``, where there is one, blended with what is there."""
    if seam is not None:
        skipped = max(seam - blend - begin, 0)
        begin, piece = begin + skipped, piece[:, skipped:]
    skipped = max(-begin, 0)
    begin, piece = begin + skipped, piece[:, skipped:]
    room = made[:, begin : begin + piece.shape[1]]
    piece = piece[:, : room.shape[1]]
    if seam is not None:
        at = np.arange(begin, begin + piece.shape[1])
        weight = np.clip((at - seam + blend + 0.5) / (2 * blend), 0.0, 1.0).astype(np.float32)
        piece = room + weight * (piece - room)
    room[:] = piece
