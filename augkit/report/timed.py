"""What lies along a sound beside events: beats as lines, contours as curves, words and frames as stretches of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

import numpy as np

from augkit.report.palette import Palette
from augkit.sample import Target
from augkit.vocab.timeline import Beats, Contour, FrameLabels, Words


def over_spectrum(targets: Mapping[str, Target], seconds: float, nyquist: float, palette: Palette) -> str:
    """Contours, each as curves where it is voiced."""
    drawn = []
    for name, target in targets.items():
        if isinstance(target, Contour):
            curves = "".join(f'<polyline points="{_points(*run, seconds, nyquist)}"/>' for run in _voiced(target))
            style = f'style="--c:{palette.of(name)}"'
            drawn.append(f'<svg class="curve" {style} viewBox="0 0 1 1" preserveAspectRatio="none">{curves}</svg>')
    return "".join(drawn)


def over_wave(targets: Mapping[str, Target], seconds: float, palette: Palette) -> str:
    """Beats and words."""
    drawn = []
    for name, target in targets.items():
        if isinstance(target, Beats):
            places = (f"left:{100 * time / seconds:.2f}%;--c:{palette.of(name)}" for time in target.times.tolist())
            drawn += [f'<i class="beat" style="{place}"></i>' for place in places]
        elif isinstance(target, Words):
            rows = zip(target.start.tolist(), target.end.tolist(), target.words, strict=True)
            drawn += [_stretch(start, end, word, seconds, "word", palette.of(name)) for start, end, word in rows]
    return "".join(drawn)


def frames(targets: Mapping[str, Target], seconds: float, palette: Palette) -> str:
    """A strip for each field of frame labels, neighbours of one class as one stretch; of soft ones the strongest."""
    strips = []
    for target in targets.values():
        if isinstance(target, FrameLabels):
            labels = target.labels if target.labels.ndim == 1 else target.labels.argmax(axis=1)
            runs = _runs([str(label) for label in labels.tolist()], target.hop)
            drawn = (_stretch(start, end, label, seconds, "word", palette.of(label)) for start, end, label in runs)
            strips.append(f'<div class="frames">{"".join(drawn)}</div>')
    return "".join(strips)


def _runs(labels: list[str], hop: float) -> Iterator[tuple[float, float, str]]:
    first = 0
    for label, run in groupby(labels):
        last = first + len(list(run))
        yield first * hop, last * hop, label
        first = last


def _voiced(contour: Contour) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Times and frequencies of every stretch that is voiced throughout."""
    edges = np.flatnonzero(np.diff(contour.voiced.astype(np.int8))) + 1
    for rows in np.split(np.arange(len(contour)), edges):
        if len(rows) and contour.voiced[rows[0]]:
            yield contour.times[rows], contour.hz[rows]


def _points(times: np.ndarray, hertz: np.ndarray, seconds: float, nyquist: float) -> str:
    places = zip((times / seconds).tolist(), (1 - hertz / nyquist).tolist(), strict=True)
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in places)


def _stretch(start: float, end: float, label: str, seconds: float, kind: str, colour: str) -> str:
    place = f"left:{100 * start / seconds:.2f}%;width:{100 * (end - start) / seconds:.2f}%;--c:{colour}"
    return f'<i class="{kind}" style="{place}" title="{start:.3f} to {end:.3f} s">{escape(label)}</i>'
