"""Spectrograms that steps have made, as HTML: bins from the bottom up, and what lies along time over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape

import numpy as np

from augkit.report.palette import Palette
from augkit.report.png import data_uri
from augkit.report.sounds import boxes
from augkit.report.spectrogram import COLUMNS
from augkit.report.timed import frames, over_wave
from augkit.sample import Target
from augkit.vocab.timeline import Events, Spectrogram
from augkit.vocab.timeline.bands import BAND


def spectra(targets: Mapping[str, Target], palette: Palette) -> str:
    """The spectrograms of one group, each with the group's events; nothing can be listened to any more."""
    found = {name: target for name, target in targets.items() if isinstance(target, Spectrogram)}
    return "".join(_spectrum(name, spectrum, targets, palette) for name, spectrum in found.items())


def _spectrum(name: str, spectrum: Spectrogram, targets: Mapping[str, Target], palette: Palette) -> str:
    channels, bins, count = spectrum.values.shape
    seconds = max(spectrum.samples, 1) / spectrum.rate
    low, high = float(spectrum.values.min()), float(spectrum.values.max())
    title = f"{name}, {count} frames of {bins} bins, {channels} channels, values from {low:.3g} to {high:.3g}"
    events = [_without_bands(target) for target in targets.values() if isinstance(target, Events)]
    picture = f'<img alt="" src="{data_uri(shades(spectrum))}">'
    over = "".join(boxes(each, seconds, spectrum.rate / 2, palette) for each in events)
    wave = over_wave(targets, seconds, palette)
    along = f'<div class="wave">{wave}</div>' if wave else ""
    return (
        f'<div class="clip" title="{escape(title)}"><div class="spectrum">{picture}{over}</div>'
        f"{along}{frames(targets, seconds, palette)}"
        f"<small><span>{bins} bins, {count} frames</span> {seconds:.2f} s</small></div>"
    )


def shades(spectrum: Spectrogram) -> np.ndarray:
    """(bins, w, 1) uint8 of the mean over channels, the first bin at the bottom: the highest value is black, the lowest
    white. Of more than 420 frames, neighbours share a column, which shows their highest.
    """
    values = spectrum.values.mean(axis=0, dtype=np.float64)
    starts = np.arange(0, values.shape[1], -(-values.shape[1] // COLUMNS))
    columns = np.maximum.reduceat(values, starts, axis=1)
    low, high = float(columns.min()), float(columns.max())
    share = (columns - low) / (high - low) if high > low else np.zeros_like(columns)
    return np.asarray(np.rint(255.0 * (1.0 - share)), dtype=np.uint8)[::-1, :, None]


def _without_bands(events: Events) -> Events:
    """Events over all bins: which frequency a bin has, only the step that made it knows."""
    return replace(events, columns={name: column for name, column in events.columns.items() if name not in BAND})
