"""Steps whose gain changes over the clip: fades, and turning a knob."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None
Shape = Literal["linear", "cosine", "db"]


@dataclass(frozen=True)
class Ramps(Params):
    """A gain ``level`` (amplitude, or dB where ``shape`` is db) at each of ``seconds``; in between by the shape.

    Before the first and after the last it stays.
    """

    seconds: tuple[float, ...]
    level: tuple[float, ...]
    shape: Shape


@moves(Ramps, Audio)
def audio_follows_ramps(audio: Audio, params: Ramps) -> Audio:
    """Every sample times the gain at its time; the same clip where that is 1 throughout."""
    neutral = 0.0 if params.shape == "db" else 1.0
    if all(level == neutral for level in params.level):
        return audio
    samples = np.array(audio.samples)
    edges = [round(seconds * audio.rate) for seconds in params.seconds]
    edges = [-math.inf, *edges, math.inf]
    levels = [params.level[0], *params.level, params.level[-1]]
    for piece in range(len(edges) - 1):
        first, last = (int(min(max(edge, 0), samples.shape[1])) for edge in edges[piece : piece + 2])
        if first < last and (levels[piece], levels[piece + 1]) != (neutral, neutral):
            share = _shares(first, last, edges[piece], edges[piece + 1])
            samples[:, first:last] *= _gains(levels[piece], levels[piece + 1], share, params.shape)
    return dataclasses.replace(audio, samples=samples)


def _shares(first: int, last: int, begin: float, end: float) -> np.ndarray:
    """How far each sample is from one edge to the next, 0 to 1."""
    if math.isinf(begin) or math.isinf(end):
        return np.zeros(1)
    return (np.arange(first, last) - begin) / (end - begin)


def _gains(start: float, stop: float, share: np.ndarray, shape: Shape) -> np.ndarray:
    if shape == "cosine":
        share = (1 - np.cos(np.pi * share)) / 2
    level = start + (stop - start) * share
    return (10 ** (level / 20) if shape == "db" else level).astype(np.float32)


class Fade(Transform[Ramps]):
    """Let the clip begin out of silence and end in it. Events in a fade stay, however quiet it makes them.

    Fades that would meet are shortened alike, so that they share the clip.
    """

    in_seconds: Annotated[
        Range, Limits(0, 600, neutral=0, strongest=0.5, unit="seconds", doc="how long it takes to begin")
    ] = Range(0, 0.05)
    out_seconds: Annotated[
        Range, Limits(0, 600, neutral=0, strongest=0.5, unit="seconds", doc="how long it takes to end")
    ] = Range(0, 0.05)
    shape: Annotated[Literal["linear", "cosine"], Limits(doc="cosine has no corners")] = "cosine"
    changes = {"loudness", "dynamics"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Ramps:
        samples, rate = frame[Axis.TIME]
        whole, fade_in, fade_out = samples / rate, self.in_seconds.draw(rng), self.out_seconds.draw(rng)
        shrink = min(1.0, whole / (fade_in + fade_out)) if fade_in + fade_out else 1.0
        fade_in, fade_out = fade_in * shrink, fade_out * shrink
        at = (0.0, fade_in, whole - fade_out, whole)
        return Ramps(at, (float(fade_in == 0), 1.0, 1.0, float(fade_out == 0)), self.shape)


class GainTransition(Transform[Ramps]):
    """Turn the clip from ``from_db`` to ``to_db`` over ``seconds`` somewhere in it, as a hand on a fader does.

    The place is drawn so that at least the middle of the change lies in the clip.
    """

    from_db: Annotated[
        Range, Limits(-120, 60, neutral=0, strongest=(-9, 9), unit="dB", doc="gain before the change")
    ] = Range(-6, 6)
    to_db: Annotated[Range, Limits(-120, 60, neutral=0, strongest=(-9, 9), unit="dB", doc="gain after it")] = Range(
        -6, 6
    )
    seconds: Annotated[Range, Limits(0, 600, unit="seconds", doc="how long the change takes")] = Range(0.2, 2)
    changes = {"loudness", "dynamics"}

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Ramps:
        samples, rate = frame[Axis.TIME]
        levels = float(self.from_db.draw(rng)), float(self.to_db.draw(rng))
        half, middle = self.seconds.draw(rng) / 2, rng.uniform(0, samples / rate)
        return Ramps((middle - half, middle + half), levels, "db")
