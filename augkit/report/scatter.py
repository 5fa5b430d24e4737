"""Scatter: what trials reached over one of their values, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from augkit.report.charts import HUES, Axis, axis_over

LEFT, TOP, WIDE, HIGH = 52, 24, 250, 130


@dataclass(frozen=True)
class Dot:
    """A trial: where it is, whether it was finished (filled) or stopped (hollow), and whether it is the best."""

    x: float
    y: float
    finished: bool = True
    best: bool = False
    said: str = ""


def scatter(title: str, dots: Sequence[Dot], *, log: bool = False, names: Sequence[str] = ()) -> str:
    """A panel of dots. With ``log`` x is on a logarithmic scale; with ``names`` it counts these, from 0."""
    x = (lambda value: math.log10(value)) if log else (lambda value: value)
    across = Axis(-0.5, len(names) - 0.5, LEFT, WIDE) if names else axis_over([x(dot.x) for dot in dots], LEFT, WIDE)
    plain = axis_over([dot.y for dot in dots])
    up = Axis(plain.low, plain.high, TOP + HIGH, -HIGH)
    parts = [f'<text x="{LEFT}" y="14">{escape(title)}</text>', *_levels(up), *_marks(across, names, log)]
    for dot in sorted(dots, key=lambda dot: dot.best):
        colour = HUES[1] if dot.best else HUES[0]
        fill = colour if dot.finished else "var(--paper)"
        parts.append(
            f'<circle cx="{across(x(dot.x)):.1f}" cy="{up(dot.y):.1f}" r="{6 if dot.best else 4}" fill="{fill}" '
            f'stroke="{colour}" stroke-width="1.6"><title>{escape(dot.said)}</title></circle>'
        )
    width, height = LEFT + WIDE + 14, TOP + HIGH + 26
    return f'<svg class="chart" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'


def _levels(up: Axis) -> Iterator[str]:
    for tick in up.ticks(5):
        y = up(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{LEFT + WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="soft" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:.4g}</text>'


def _marks(across: Axis, names: Sequence[str], log: bool) -> Iterator[str]:
    """What x is: names, or round numbers."""
    marks = [(float(place), name) for place, name in enumerate(names)]
    marks = marks or [(tick, f"{10**tick:.2g}" if log else f"{tick:.4g}") for tick in across.ticks(5)]
    most = max(6, 34 // max(1, len(marks)))
    for place, said in marks:
        short = said if len(said) <= most else f"{said[: most - 1]}…"
        where = f'x="{across(place):.1f}" y="{TOP + HIGH + 16}" text-anchor="middle"'
        yield f'<text class="soft" {where}>{escape(short)}<title>{escape(said)}</title></text>'
