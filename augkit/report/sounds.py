"""Sounds as HTML: the outline of the wave, and events over it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from augkit.report.palette import Palette
from augkit.sample import Target
from augkit.vocab.timeline import Audio, Events

COLUMNS = 300
_HEIGHT = 80


def sounds(targets: Mapping[str, Target], palette: Palette) -> str:
    """The clips of one group, each with the events of the group."""
    events = [target for target in targets.values() if isinstance(target, Events)]
    clips = {name: target for name, target in targets.items() if isinstance(target, Audio)}
    return "".join(_clip(name, clip, events, palette) for name, clip in clips.items())


def _clip(name: str, clip: Audio, events: list[Events], palette: Palette) -> str:
    samples = clip.samples.mean(axis=0)
    seconds = len(samples) / clip.rate
    title = f"{name}, {seconds:.2f} s at {clip.rate} Hz, {len(clip.samples)} channels, peak {np.abs(samples).max():.2f}"
    wave = f'<path d="{outline(samples)}"/>'
    svg = f'<svg viewBox="0 0 {COLUMNS} {_HEIGHT}" preserveAspectRatio="none">{wave}</svg>'
    marks = "".join(_marks(each, seconds, palette) for each in events)
    return f'<div class="clip" title="{escape(title)}">{svg}{marks}<small>{seconds:.2f} s</small></div>'


def outline(samples: np.ndarray) -> str:
    """An SVG path round the lowest and highest sample of each of 300 columns; 1 and -1 touch the edges."""
    columns = np.array_split(np.clip(samples, -1, 1), min(COLUMNS, len(samples)))
    width = COLUMNS / len(columns)
    high = [f"{i * width:.1f},{_y(column.max())}" for i, column in enumerate(columns)]
    low = [f"{i * width:.1f},{_y(column.min())}" for i, column in enumerate(columns)]
    return "M" + " ".join(high + low[::-1]) + "Z"


def _y(value: float) -> str:
    return f"{(1 - value) * _HEIGHT / 2:.1f}"


def _marks(events: Events, seconds: float, palette: Palette) -> str:
    labels = events.columns.get("label", [""] * len(events))
    marks = []
    for onset, offset, label in zip(events.onset.tolist(), events.offset.tolist(), labels, strict=True):
        colour = palette.of(label)
        place = f"left:{100 * onset / seconds:.2f}%;width:{100 * (offset - onset) / seconds:.2f}%"
        text = escape(str(label))
        marks.append(f'<i class="event" style="{place};--c:{colour}" title="{onset:.3f} to {offset:.3f} s">{text}</i>')
    return "".join(marks)
