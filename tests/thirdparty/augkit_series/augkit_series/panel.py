"""How a preview shows a series: a curve for each channel, and intervals behind them."""

from __future__ import annotations

from html import escape

import numpy as np

from augkit.vocab.timeline import Events

_WIDTH, _HEIGHT, _POINTS = 300, 90, 300


def panel(name, series, beside, colour_of):
    seconds = len(series.values) / series.rate
    low, high = float(series.values.min()), float(series.values.max())
    curves = "".join(_curve(column, low, high, colour_of(f"channel {c}")) for c, column in enumerate(series.values.T))
    bands = "".join(_bands(beside, seconds, colour_of))
    told = f"{name}, {seconds:.2f} s at {series.rate:g} Hz, {series.values.shape[1]} channels, {low:.3g} to {high:.3g}"
    return (
        f'<svg class="series" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f"<title>{escape(told)}</title>{bands}{curves}</svg><small>{escape(told)}</small>"
    )


def _curve(column, low, high, colour):
    at = np.unique(np.linspace(0, len(column) - 1, _POINTS).round().astype(int))
    x = (at + 0.5) / len(column) * _WIDTH
    y = (1 - (column[at] - low) / ((high - low) or 1)) * (_HEIGHT - 2) + 1
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<polyline fill="none" stroke="{colour}" points="{points}"/>'


def _bands(beside, seconds, colour_of):
    for events in (target for target in beside.values() if isinstance(target, Events)):
        labels = map(str, events.columns.get("label", [""] * len(events)))
        for onset, offset, label in zip(events.onset.tolist(), events.offset.tolist(), labels, strict=True):
            x, width = onset / seconds * _WIDTH, max((offset - onset) / seconds * _WIDTH, 1)
            title = f"<title>{escape(label)} {onset:.2f} to {offset:.2f} s</title>"
            place = f'x="{x:.1f}" width="{width:.1f}" height="{_HEIGHT}"'
            yield f'<rect {place} fill="{colour_of(label)}" opacity="0.25">{title}</rect>'
