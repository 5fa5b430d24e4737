"""Synthetic scenes: clicks, tones, chirps and noise bursts at known moments, over soft noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit import rng
from augkit.rng import Stream

CLASSES = ("chirp", "click", "noise", "tone")
"""A click is one sample; a tone keeps its pitch, a chirp rises or falls by octaves, noise has none."""

_EVENTS_A_SECOND = 1.25
_GAP = 0.06
_TRIES = 30
_FADE = 0.004
_FLOOR = 0.003
_LONGEST = 0.9


@dataclass(frozen=True)
class Drawn:
    """One event: ``length`` samples from ``first`` on. ``hz`` is where a tone stays and a chirp begins, ``octaves`` how
    far a chirp goes; ``subseed`` names the numbers of a noise.
    """

    label: str
    first: int
    length: int
    loud: float
    hz: float = 0.0
    octaves: float = 0.0
    falling: bool = False
    subseed: int = 0


def draw_scene(number: int, seconds: float, rate: int) -> tuple[list[Drawn], int]:
    """The events of scene ``number`` in the order of their onsets, none touching another, and the sub-seed of what is
    heard between them: one to five events in four seconds.
    """
    draw = rng.stream(0, 0, f"sound_scenes/{number}", path="demo/sound_scenes")
    count, between = round(seconds * rate), draw.subseed()
    drawn: list[Drawn] = []
    for _ in range(draw.integer(1, max(2, round(_EVENTS_A_SECOND * seconds)))):
        label = draw.choice(CLASSES)
        length = 1 if label == "click" else round(draw.uniform(0.12, min(_LONGEST, seconds / 3)) * rate)
        first = _free_place(draw, drawn, length, count, round(_GAP * rate))
        if first is not None:
            drawn.append(_drawn(draw, label, first, length, rate))
    return sorted(drawn, key=lambda one: one.first), between


def make_scene(number: int, seconds: float, rate: int) -> dict[str, Any]:
    """Scene ``number``: audio (samples (1, n) float32, rate), events as columns, and classes. Peaks stay below 1."""
    drawn, between = draw_scene(number, seconds, rate)
    samples = _FLOOR * rng.field(between).standard_normal(round(seconds * rate))
    for one in drawn:
        samples[one.first : one.first + one.length] += _sound(one, rate)
    return {"audio": (samples.astype(np.float32)[None], rate), "events": _columns(drawn, rate), "labels": labels(drawn)}


def labels(drawn: list[Drawn]) -> list[str]:
    """The classes in a scene, by name."""
    return sorted({one.label for one in drawn})


def _columns(drawn: list[Drawn], rate: int) -> dict[str, Any]:
    """A click lasts no time: it is its onset."""
    first = np.array([one.first for one in drawn], dtype=np.float64)
    lasting = np.array([0 if one.label == "click" else one.length for one in drawn], dtype=np.float64)
    wide = np.array([one.label in ("click", "noise") for one in drawn])
    low = np.array([one.hz for one in drawn])
    high = np.where(wide, rate / 2, low * 2.0 ** np.array([one.octaves for one in drawn]))
    times = {"onset": first / rate, "offset": (first + lasting) / rate}
    return {**times, "label": [one.label for one in drawn], "low_hz": low, "high_hz": high}


def _free_place(draw: Stream, drawn: list[Drawn], length: int, count: int, gap: int) -> int | None:
    """A first sample away from all other events, or None when none is found."""
    for _ in range(_TRIES):
        first = draw.integer(0, count - length)
        if all(first + length + gap < one.first or first > one.first + one.length + gap for one in drawn):
            return first
    return None


def _drawn(draw: Stream, label: str, first: int, length: int, rate: int) -> Drawn:
    if label == "click":
        return Drawn(label, first, length, draw.choice((-0.9, 0.9)))
    loud = draw.uniform(0.2, 0.6)
    if label == "noise":
        return Drawn(label, first, length, loud, subseed=draw.subseed())
    hz = draw.uniform(200, 0.075 * rate)
    if label == "tone":
        return Drawn(label, first, length, loud, hz)
    return Drawn(label, first, length, loud, hz, draw.uniform(1.0, 2.0), draw.choice((True, False)))


def _sound(one: Drawn, rate: int) -> np.ndarray:
    """(length,) float64."""
    if one.label == "click":
        return np.array([one.loud])
    if one.label == "noise":
        return one.loud * _faded(rng.field(one.subseed).uniform(-1, 1, one.length), rate)
    time = np.arange(one.length) / rate
    if one.label == "chirp":
        bend = one.octaves * np.log(2) * rate / one.length
        time = np.expm1(bend * time) / bend
    sound = np.sin(2 * np.pi * one.hz * time)
    return one.loud * _faded(sound[::-1] if one.falling else sound, rate)


def _faded(sound: np.ndarray, rate: int) -> np.ndarray:
    """Four milliseconds in and out, so that no click is heard at the ends of what is no click."""
    fade = np.minimum(np.arange(1, len(sound) + 1) / (_FADE * rate), 1)
    return np.asarray(sound * fade * fade[::-1])
