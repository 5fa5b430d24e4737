"""Sounds as HTML: spectrogram, wave and something to listen to, and events over them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from augkit.report.overlays import labels_of
from augkit.report.palette import Palette
from augkit.report.png import data_uri
from augkit.report.spectrogram import spectrogram, wav_uri
from augkit.report.timed import frames, over_spectrum, over_wave
from augkit.sample import Target
from augkit.vocab.timeline import Audio, Events
from augkit.vocab.timeline.bands import BAND, edges

COLUMNS = 300
_HEIGHT = 40
_WIDTH, _LETTER = 258.0, 6.2
"""About how wide a clip is on a page, and a letter of a name over it, in CSS pixels."""
_TOP = 0.85
"""Above this fraction of the picture there is no room for a name over a box."""


def sounds(targets: Mapping[str, Target], palette: Palette) -> str:
    """The clips of one group, each with the events of the group and what else lies along it."""
    clips = {name: target for name, target in targets.items() if isinstance(target, Audio)}
    return "".join(_clip(name, clip, targets, palette) for name, clip in clips.items())


def _clip(name: str, clip: Audio, targets: Mapping[str, Target], palette: Palette) -> str:
    events = [target for target in targets.values() if isinstance(target, Events)]
    samples = clip.samples.mean(axis=0)
    if not len(samples):
        return f'<p class="none">{escape(name)}: no samples</p>'
    seconds = len(samples) / clip.rate
    title = f"{name}, {seconds:.2f} s at {clip.rate} Hz, {len(clip.samples)} channels, peak {np.abs(samples).max():.2f}"
    picture = f'<img alt="" src="{data_uri(spectrogram(samples, clip.rate))}">'
    over = "".join(boxes(each, seconds, clip.rate / 2, palette) for each in events)
    over += over_spectrum(targets, seconds, clip.rate / 2, palette)
    wave = f'<svg viewBox="0 0 {COLUMNS} {_HEIGHT}" preserveAspectRatio="none"><path d="{outline(samples)}"/></svg>'
    bands = "".join(_bands(each, seconds, palette) for each in events) + over_wave(targets, seconds, palette)
    told = f"<small><span>0 to {clip.rate / 2000:g} kHz</span> {seconds:.2f} s</small>"
    heard = f'<audio controls preload="metadata" src="{wav_uri(samples, clip.rate)}"></audio>'
    return (
        f'<div class="clip" title="{escape(title)}"><div class="spectrum">{picture}{over}</div>'
        f'<div class="wave">{wave}{bands}</div>{frames(targets, seconds, palette)}{told}{heard}</div>'
    )


def outline(samples: np.ndarray) -> str:
    """An SVG path round the lowest and highest sample of each of 300 columns; 1 and -1 touch the edges."""
    columns = np.array_split(np.clip(samples, -1, 1), min(COLUMNS, len(samples)))
    width = COLUMNS / len(columns)
    high = [f"{i * width:.1f},{_y(column.max())}" for i, column in enumerate(columns)]
    low = [f"{i * width:.1f},{_y(column.min())}" for i, column in enumerate(columns)]
    return "M" + " ".join(high + low[::-1]) + "Z"


def _y(value: float) -> str:
    return f"{(1 - value) * _HEIGHT / 2:.1f}"


def boxes(events: Events, seconds: float, nyquist: float, palette: Palette) -> str:
    """Events over the spectrogram, as high and low as their frequencies, or all of it where they have none."""
    labels = labels_of(events.columns, len(events))
    rows = zip(events.onset.tolist(), events.offset.tolist(), labels, *_hertz(events, nyquist), strict=True)
    drawn, taken = [], list[float]()
    for onset, offset, label, low, high in sorted(rows):
        place = f"{_along(onset, offset, seconds)};top:{100 * (1 - high):.2f}%;height:{100 * (high - low):.2f}%"
        told = f"{label} {onset:.3f} to {offset:.3f} s".strip()
        style = f"{place};--c:{palette.of(label)}"
        inside = _room(label, _WIDTH * onset / seconds, taken) if high > _TOP else ""
        name = f'<b class="{"inside" if high > _TOP else "above"}"{inside}>{escape(label)}</b>' if label else ""
        drawn.append(f'<i class="event" style="{style}" title="{escape(told)}">{name}</i>')
    return "".join(drawn)


def _room(label: str, left: float, taken: list[float]) -> str:
    """The style that keeps a name off others and within the picture: the first line of names that is free from ``left``
    on, in pixels; ``taken`` is how far each line is.
    """
    width = _LETTER * len(label) + 5
    left_in = max(0.0, min(left, _WIDTH - width))
    line = next((number for number, end in enumerate(taken) if end <= left_in), len(taken))
    taken[line : line + 1] = [left_in + width]
    parts = [f"top:{12 * line}px"] if line else []
    parts += [f"margin-left:{left_in - left:.0f}px"] if left_in < left else []
    return f' style="{";".join(parts)}"' if parts else ""


def _bands(events: Events, seconds: float, palette: Palette) -> str:
    """Events over the wave."""
    labels = labels_of(events.columns, len(events))
    places = zip(events.onset.tolist(), events.offset.tolist(), labels, strict=True)
    return "".join(
        f'<i class="event" style="{_along(onset, offset, seconds)};--c:{palette.of(label)}"></i>'
        for onset, offset, label in places
    )


def _hertz(events: Events, nyquist: float) -> tuple[list[float], list[float]]:
    """The lowest and the highest frequency of each event as a fraction of half the rate; all of it where unknown."""
    low, high = (
        edges(events.columns.get(name), len(events), unknown)
        for name, unknown in zip(BAND, (0.0, nyquist), strict=True)
    )
    return [min(hz / nyquist, 1.0) for hz in low], [min(hz / nyquist, 1.0) for hz in high]


def _along(onset: float, offset: float, seconds: float) -> str:
    return f"left:{100 * onset / seconds:.2f}%;width:{100 * (offset - onset) / seconds:.2f}%"
